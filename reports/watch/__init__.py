"""The watch over traffic: the roll-ups of this hour and of the same hour of the weeks before in, alarms out."""
