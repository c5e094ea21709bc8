"""What the lines of call files say: in comes the text of a line, out goes a call record in values, or what is wrong."""
