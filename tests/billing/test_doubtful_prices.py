"""A call that came to nothing, cost nothing or was sold below cost raises an alarm, whatever the reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone, translation

from billing.alarms import CALLS_BELOW_COST, CALLS_WITHOUT_COST, CALLS_WITHOUT_PRICE
from billing.cdrs.doubtful_prices import report_doubtful_prices
from billing.models import Cdr, Direction, Disposition, Tariff
from routing.models import Provider
from tests.factories import CdrFactory, GatewayFactory, TariffFactory
from tests.factories.billing import BuyRateFactory
from voipadmin.core.alarms.queries import shown
from voipadmin.core.models import Alarm

pytestmark = pytest.mark.django_db


@pytest.fixture
def tariff() -> Tariff:
    return TariffFactory.create(name="Brazil mobile", pattern="55", price_per_minute=Decimal("0.5"), free_seconds=3)


def call(tariff: Tariff | None, provider: Provider | None = None, **fields: Any) -> Cdr:
    """An outgoing call of a minute, answered a moment ago."""
    now = timezone.now()
    gateway = GatewayFactory.create(provider=provider) if provider else GatewayFactory.create()
    values = {
        "tariff": tariff, "gateway": gateway, "direction": Direction.OUTBOUND, "disposition": Disposition.ANSWERED,
        "price": Decimal("0.5"), "cost": Decimal("0.1"), "margin": Decimal("0.4"), "billable_seconds": Decimal(60),
        "called_number": "5511987654321", "started_at": now, "answered_at": now, "ended_at": now,
    } | fields  # fmt: skip
    return CdrFactory.create(**values)


def alarms() -> dict[str, int]:
    report_doubtful_prices(now=timezone.now())
    return {alarm.kind: alarm.details["found"] for alarm in Alarm.objects.filter(closed_at=None)}


def test_an_ordinary_call_raises_none(tariff: Tariff) -> None:
    call(tariff)
    assert alarms() == {}


def test_a_call_that_came_to_nothing_opens_an_alarm_that_is_counted_and_closed(tariff: Tariff) -> None:
    wrong = [call(tariff, price=0, cost=Decimal("0.1"), margin=None)]
    assert alarms() == {CALLS_WITHOUT_PRICE.code: 1}
    wrong += [call(tariff, price=0, cost=Decimal("0.1"), margin=None)]
    assert alarms() == {CALLS_WITHOUT_PRICE.code: 2}
    assert Alarm.objects.get().closed_at is None
    with translation.override("en"):
        text = shown(Alarm.objects.get()).text
    assert "2 calls of the last day by tariff Brazil mobile" in text
    assert "5511987654321" in text
    for one in wrong:
        one.price = Decimal("0.5")
        one.save()
    assert alarms() == {}
    assert Alarm.objects.get().closed_at is not None
    call(tariff, price=0, margin=None)
    assert alarms() == {CALLS_WITHOUT_PRICE.code: 1}
    assert Alarm.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"billable_seconds": Decimal(3)},
        {"disposition": Disposition.NO_ANSWER, "answered_at": None},
        {"direction": Direction.INBOUND},
        {"price": None, "cost": None},
        {"started_at": timezone.now() - timedelta(days=2)},
    ],
)
def test_what_may_come_to_nothing_raises_none(tariff: Tariff, fields: dict[str, Any]) -> None:
    call(tariff, **{"price": 0, "cost": 0, "margin": None} | fields)
    assert alarms() == {}


def test_what_is_free_by_its_tariff_may_come_to_nothing_and_cost_nothing() -> None:
    free = TariffFactory.create(pattern="55800", price_per_minute=0, connect_fee=0, minimum_charge=0)
    call(free, price=0, cost=0, margin=0)
    assert alarms() == {}


@pytest.mark.parametrize("deck", [False, True])
def test_a_call_that_cost_nothing_with_a_carrier_that_has_prices_raises_an_alarm(tariff: Tariff, deck: bool) -> None:
    carrier = GatewayFactory.create(provider__cost_per_minute=0 if deck else Decimal("0.1")).provider
    if deck:
        BuyRateFactory.create(provider=carrier, price_per_minute=Decimal("0.2"))
    call(tariff, carrier, cost=0, margin=Decimal("0.5"))
    call(tariff, GatewayFactory.create(provider__cost_per_minute=0).provider, cost=0, margin=Decimal("0.5"))
    assert alarms() == {CALLS_WITHOUT_COST.code: 1}
    assert Alarm.objects.get().subject == str(carrier.pk)


def test_a_call_that_was_sold_below_cost_raises_an_alarm_for_each_tariff(tariff: Tariff) -> None:
    other = TariffFactory.create(name="Chile", pattern="56")
    for its, count in ((tariff, 2), (other, 1)):
        for _ in range(count):
            call(its, price=Decimal("0.1"), cost=Decimal("0.3"), margin=Decimal("-0.2"))
    report_doubtful_prices(now=timezone.now())
    standing = Alarm.objects.filter(kind=CALLS_BELOW_COST.code)
    assert {alarm.details["name"]: alarm.details["found"] for alarm in standing} == {"Brazil mobile": 2, "Chile": 1}


def test_they_are_looked_for_twice_a_minute() -> None:
    schedule = django_settings.CELERY_BEAT_SCHEDULE["look-for-doubtful-prices"]
    assert schedule["task"] == "billing.tasks.look_for_doubtful_prices"
    assert schedule["schedule"] <= 30
