"""Tariffs and call records for tests."""

# mypy: allow-untyped-calls
# factory-boy's declarations carry no types.

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence
from factory.django import DjangoModelFactory

from billing.models import BuyRate, Cdr, Disposition, Tariff


class TariffFactory(DjangoModelFactory[Tariff]):
    """A tariff that has been in force for a year."""

    class Meta:
        model = Tariff

    name = Sequence(lambda n: f"Destination {n}")
    pattern = Sequence(lambda n: f"55{11 + n}")
    cost_per_minute = Decimal("0.030000")
    price_per_minute = Decimal("0.080000")
    effective_from = LazyFunction(lambda: timezone.now() - timedelta(days=365))


class BuyRateFactory(DjangoModelFactory[BuyRate]):
    """A line of a carrier's deck that has been in force for a year."""

    class Meta:
        model = BuyRate

    pattern = "55"
    currency = "BRL"
    price_per_minute = Decimal("0.030000")
    effective_from = LazyFunction(lambda: timezone.now() - timedelta(days=365))


class CdrFactory(DjangoModelFactory[Cdr]):
    """An unpriced, answered call of one minute that ended just now."""

    class Meta:
        model = Cdr

    node_name = "pbx1"
    uniqueid = Sequence(lambda n: f"1700000000.{n}")
    linkedid = SelfAttribute("uniqueid")
    sequence = Sequence(lambda n: n)
    payload_hash = LazyAttribute(lambda row: hashlib.sha256(row.uniqueid.encode()).hexdigest())
    src = "1001"
    dst = "5511987654321"
    dialled = SelfAttribute("dst")
    duration_seconds = Decimal("65.000000")
    billable_seconds = Decimal("60.000000")
    disposition = Disposition.ANSWERED
    started_at = LazyAttribute(lambda row: timezone.now() - _seconds(row.duration_seconds))
    answered_at = LazyAttribute(
        lambda row: (
            row.started_at + _seconds(row.duration_seconds - row.billable_seconds)
            if row.disposition == Disposition.ANSWERED
            else None
        )
    )
    ended_at = LazyAttribute(lambda row: row.started_at + _seconds(row.duration_seconds))


def _seconds(value: Any) -> timedelta:
    return timedelta(microseconds=int(value * 1_000_000))
