"""Many callers with money for a few, while everything is killed: how much more was spent than there was."""
