"""Calls whose price or cost cannot be right, whatever the reason: an alarm stands while the last day has any."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from billing.alarms import CALLS_BELOW_COST, CALLS_WITHOUT_COST, CALLS_WITHOUT_PRICE
from billing.models import BuyRate, Cdr, Direction, Disposition
from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.alarms.services import report_state

LOOKED_BACK = timedelta(days=1)
# Of each kind of alarm, those with the most calls.
MOST_ALARMS = 20
# A tariff that asks for nothing: what is free by it may cost nothing.
FREE = Q(
    tariff__price_per_minute=0, tariff__bands="", tariff__connect_fee=0, tariff__minimum_charge=0
)  # fmt: skip


def doubtful_calls(since: datetime) -> Mapping[AlarmKind, QuerySet[Cdr]]:
    """Return by alarm the calls of since a moment that were answered and talked beyond the free seconds.

    1. Without a price, though their tariff is not free.
    2. Without a cost, though neither their tariff is free nor their carrier.
    3. At a price below the cost.
    """
    rows = Cdr.objects.filter(
        started_at__gte=since, disposition=Disposition.ANSWERED, direction=Direction.OUTBOUND
    ).order_by()
    charged = rows.filter(Q(tariff=None) | Q(billable_seconds__gt=F("tariff__free_seconds"))).exclude(FREE)
    priced = BuyRate.objects.filter(provider=OuterRef("gateway__provider"), price_per_minute__gt=0)
    return {
        CALLS_WITHOUT_PRICE: charged.filter(price=0),
        CALLS_WITHOUT_COST: charged.filter(cost=0).filter(Q(gateway__provider__cost_per_minute__gt=0) | Exists(priced)),
        CALLS_BELOW_COST: rows.filter(margin__lt=0),
    }


def report_doubtful_prices(*, now: datetime) -> int:
    """Open an alarm for each tariff or provider with such calls, and close those without; return how many stand."""
    found = 0
    for kind, calls in doubtful_calls(now - LOOKED_BACK).items():
        by_provider = kind is CALLS_WITHOUT_COST
        standing = _standing(calls, "gateway__provider" if by_provider else "tariff")
        report_state(kind, standing, now=now)
        found += len(standing)
    return found


def _standing(calls: QuerySet[Cdr], subject: str) -> dict[str, dict[str, Any]]:
    rows = calls.values(subject, f"{subject}__name").annotate(
        found=Count("pk"), number=Max("called_number"), customer=Max("customer__code")
    )
    return {
        str(row[subject] or ""): {
            "found": row["found"],
            "name": row[f"{subject}__name"] or "?",
            "number": row["number"] or "?",
            "customer": row["customer"] or "?",
        }
        for row in rows.order_by("-found")[:MOST_ALARMS]
    }
