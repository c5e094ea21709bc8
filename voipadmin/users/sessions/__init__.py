"""Sessions: requests of browsers come in; the device, the address and the last use of each session go out."""
