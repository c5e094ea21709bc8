"""Whether a call may be made, for how long, and over whom: rules, the money that it sets aside, and who is stopped."""
