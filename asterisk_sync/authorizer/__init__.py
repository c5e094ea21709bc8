"""The service that the dialplan asks before it dials: FastAGI in, AMI out; the rules are billing's."""
