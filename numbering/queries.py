"""Reads of numbers and of their allocations."""

from numbering.models import DID, DIDAllocation


def current_allocation(did: DID) -> DIDAllocation | None:
    """Return the allocation in force, or None."""
    allocations = DIDAllocation.objects.current().filter(did=did)
    return allocations.select_related("customer", "extension").first()
