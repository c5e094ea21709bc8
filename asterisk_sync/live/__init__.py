"""What happens on the nodes at this moment: AMI lists in, a state in Redis for pages and reports out."""
