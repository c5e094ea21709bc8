"""The roll-ups counted once more, record by record, in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.models import Cdr
from reports.models import TrafficHour

UNRATED = {"no_tariff", "no_number", "direction"}
SUMS = ("records", "calls", "answered_calls", "attempts", "answered", "effective", "short", "unrated", "losses",
        "talk_seconds", "billed_seconds", "price", "cost", "margin", "price_with_margin", "lost")  # fmt: skip
# Dimension of a roll-up -> what it is of a record. That of numbers from abroad has tests of its own.
DIMENSIONS: dict[str, Callable[[Cdr], Any]] = {
    "hour": lambda record: hour_begins(record.ended_at),
    "direction": lambda record: record.direction,
    "customer_id": lambda record: record.customer_id,
    "provider_id": lambda record: record.gateway.provider_id if record.gateway else None,
    "gateway_id": lambda record: record.gateway_id,
    "route_id": lambda record: record.route_id,
    "tariff_id": lambda record: record.tariff_id,
    "prefix": lambda record: record.matched_pattern,
    "country": lambda record: record.called_country,
    "cause": lambda record: record.cause,
    "currency": lambda record: record.currency,
    "cost_currency": lambda record: record.cost_currency,
}


def hour_begins(moment: datetime) -> datetime:
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def measured(record: Cdr) -> dict[str, Any]:
    """Return what one record adds to each sum."""
    attempt = bool(record.destination_channel) or record.is_last_attempt
    answered = record.disposition == "ANSWERED"
    declined = record.cause == 21 and record.sip_code == 603
    final_answer = record.is_last_attempt and answered
    return {
        "records": 1,
        "calls": record.is_last_attempt,
        "answered_calls": final_answer,
        "attempts": attempt,
        "answered": attempt and answered,
        "effective": attempt and (declined or record.disposition in {"ANSWERED", "BUSY", "NO ANSWER"}),
        "short": attempt and answered and record.billable_seconds <= 6,
        "unrated": final_answer and record.unrated_reason in UNRATED,
        "losses": record.margin is not None and record.margin < 0,
        "talk_seconds": record.billable_seconds if answered else 0,
        "billed_seconds": record.billed_seconds or 0,
        "price": record.price or 0,
        "cost": record.cost or 0,
        "margin": record.margin or 0,
        "price_with_margin": (record.price or 0) if record.margin is not None else 0,
        "lost": min(record.margin or 0, 0),
    }


def of_records(dimension: str) -> dict[Any, dict[str, Any]]:
    """Return the sums of all records by a dimension."""
    found: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(SUMS, Decimal(0)))
    for record in Cdr.objects.select_related("gateway"):
        sums = found[DIMENSIONS[dimension](record)]
        for name, value in measured(record).items():
            sums[name] += value
    return dict(found)


def of_rollups(dimension: str) -> dict[Any, dict[str, Any]]:
    """Return the sums of all roll-ups by a dimension."""
    found: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(SUMS, Decimal(0)))
    for row in TrafficHour.objects.all():
        sums = found[getattr(row, dimension)]
        for name in SUMS:
            sums[name] += getattr(row, name)
    return dict(found)


def delays_of(rows: Iterable[TrafficHour]) -> Counter[int]:
    """Return how many delays of each step the roll-ups have."""
    found: Counter[int] = Counter()
    for row in rows:
        for step, count in zip(row.delay_steps or (), row.delay_counts or (), strict=True):
            found[step] += count
    return found


def assert_the_rollups_are_the_records() -> None:
    for dimension in DIMENSIONS:
        assert of_rollups(dimension) == of_records(dimension), dimension
