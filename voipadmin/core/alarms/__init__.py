"""Alarms: what an app declares, opens, repeats and closes, and the list of those that are open."""
