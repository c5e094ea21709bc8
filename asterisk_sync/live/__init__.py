"""What happens on the nodes now: AMI events and lists in, a cached state for pages, alarms and reports out."""
