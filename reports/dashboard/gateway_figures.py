"""The quality of each gateway, counted in attempts; `reports.dashboard.kpis` has the formulas."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Avg, Count

from billing.cdrs.queries import ANSWERED, counted_within
from billing.models import Cdr, Direction
from reports.dashboard.dashboard_stats import day_start
from reports.dashboard.kpis import IS_ATTEMPT, NETWORK_EFFECTIVE, Percentile, percent
from voipadmin.users.models import User


@dataclass(frozen=True, slots=True)
class GatewayFigures:
    """A gateway's day, counted in attempts; `kpis` has the formula of each figure. Delays are milliseconds."""

    gateway_id: uuid.UUID
    name: str
    attempts: int
    answered: int
    asr_percent: Decimal | None
    ner_percent: Decimal | None
    acd_seconds: Decimal | None
    pdd_p50_ms: int | None
    pdd_p95_ms: int | None


def gateway_figures(user: User, now: datetime, *, since: datetime | None = None) -> tuple[GatewayFigures, ...]:
    """Return the quality of each gateway that was tried today, or since a moment; nothing for a customer."""
    if not user.sees_everything:
        return ()
    rows = Cdr.objects.filter(
        IS_ATTEMPT,
        counted_within(since or day_start(now), now),
        gateway__isnull=False,
        direction=Direction.OUTBOUND,
    )
    grouped = (
        rows.order_by()
        .values("gateway_id", "gateway__name")
        .annotate(
            attempts=Count("pk"),
            answered=Count("pk", filter=ANSWERED),
            effective=Count("pk", filter=NETWORK_EFFECTIVE),
            acd=Avg("billable_seconds", filter=ANSWERED),
            p50=Percentile("post_dial_delay_ms", 0.5),
            p95=Percentile("post_dial_delay_ms", 0.95),
        )
        .order_by("gateway__name")
    )
    return tuple(
        GatewayFigures(
            row["gateway_id"],
            row["gateway__name"],
            row["attempts"],
            row["answered"],
            percent(row["answered"], row["attempts"]),
            percent(row["effective"], row["attempts"]),
            row["acd"],
            None if row["p50"] is None else round(row["p50"]),
            None if row["p95"] is None else round(row["p95"]),
        )
        for row in grouped
    )
