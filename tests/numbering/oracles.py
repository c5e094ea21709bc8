"""Whose a number was when, and how many there are of each status, read apart from the product."""

from datetime import datetime

from django.db.models import Count, Q

from numbering.models import DID, DIDAllocation, DIDStatus


def allocation_at(*, number: str, at: datetime) -> DIDAllocation | None:
    """Return whose a number (E.164) was at a moment, or None."""
    in_force = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    return DIDAllocation.objects.filter(in_force, did__number=number).select_related("customer", "did").first()


def status_counts() -> dict[str, int]:
    """Return how many numbers each status has, all statuses named."""
    counted = DID.objects.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(DIDStatus.values, 0) | dict(counted)
