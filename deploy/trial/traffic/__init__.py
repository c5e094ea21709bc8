"""Calls of the trial: in come an Asterisk and a cast of parties, out go SIPp processes, their calls and their trace."""
