"""The service that the dialplan asks before it dials: FastAGI requests in, variables and AMI actions out.

The rules and the money are those of `billing.authorization`; here are the requests, the timers and the nodes.
"""
