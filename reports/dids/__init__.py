"""The DID report: the inventory, allocations and call records come in; lines, sums and files go out."""
