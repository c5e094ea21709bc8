"""The watch over nodes and gateways: what is live, what is saved and what disks say comes in, alarms go out."""
