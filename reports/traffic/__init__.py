"""Margin and quality of the traffic: roll-ups come in; lines by a cut, changes against last week and files go out."""
