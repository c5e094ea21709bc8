"""Reads of refused calls."""

from datetime import datetime

from billing.models import RefusedCall


def refused_since(moment: datetime) -> int:
    """Return how many calls were refused since a moment."""
    return int(RefusedCall.objects.filter(created_at__gte=moment).count())
