"""The last calls of one number, by whatever spelling the nodes recorded it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from billing.models import Cdr


def last_calls_to(user: Any, key: str, *, count: int) -> list[Cdr]:
    """Return the last calls to the number of a key that `user` may see, the latest first."""
    return _last(user, [Q(called_number=key)], count)


def last_calls_from(user: Any, spellings: Sequence[str], *, count: int) -> list[Cdr]:
    """Return the last calls from a number that `user` may see, by any of its spellings, the latest first."""
    conditions = [Q(**{column: written}) for column in ("src", "caller") for written in spellings]
    return _last(user, conditions, count)


def _last(user: Any, conditions: Sequence[Q], count: int) -> list[Cdr]:
    """Return the latest of all conditions; each is a walk along an index from its end, whatever the table holds."""
    rows = Cdr.objects.visible_to(user).calls().order_by("-started_at", "-id")
    parts = [rows.filter(condition).values("pk", "started_at")[:count] for condition in conditions]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    latest = sorted(found, key=lambda row: (row["started_at"], row["pk"]), reverse=True)[:count]
    if not latest:
        return []
    # The partitions are found by the time.
    named = Cdr.objects.filter(
        pk__in=[row["pk"] for row in latest], started_at__in={row["started_at"] for row in latest}
    )
    return list(named.select_related("customer", "gateway").order_by("-started_at", "-id"))
