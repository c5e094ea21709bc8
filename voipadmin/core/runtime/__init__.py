"""What a process does for itself: pauses of the garbage collector, answers about its health."""
