"""Writes of refused calls."""

from collections.abc import Sequence

from billing.models import RefusedCall


def record_refusals(*, refused: Sequence[RefusedCall]) -> None:
    """Store refused calls for the operator."""
    RefusedCall.objects.bulk_create(refused)
