"""Numbers cost their month, parts of it by the day, once, whenever somebody gets round to charging."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.fees import charge_monthly_fees, fees_between
from billing.accounts.ledger import account_of
from billing.models import EntryKind, LedgerEntry
from numbering.models import DestinationType, DIDAllocation, DIDStatus
from numbering.services import allocate_did, change_destination, release_did
from tests.factories.customers import CustomerFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
prices = st.decimals(0, 1000, places=2)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def allocated(starts_at: datetime, price: str = "30", **values: object) -> DIDAllocation:
    return DIDAllocationFactory.create(starts_at=starts_at, monthly_price=Decimal(price), **values)


def charged() -> list[Decimal]:
    entries = LedgerEntry.objects.filter(kind=EntryKind.MONTHLY_FEE).order_by("happened_at")
    return [entry.amount for entry in entries]


@given(price=prices, edges=st.lists(days, min_size=3, max_size=6, unique=True))
@pytest.mark.slow(seconds=0.3)
def test_parts_of_a_time_add_up_to_the_whole(price: Decimal, edges: list[date]) -> None:
    edges.sort()
    months = {fee.first: fee.amount for fee in fees_between(price, date(edges[0].year, 1, 1), date(2031, 1, 1))}
    assert all(amount == price for amount in months.values())
    whole = sum(fee.amount for fee in fees_between(price, edges[0], edges[-1]))
    parts = [fee.amount for a, b in itertools.pairwise(edges) for fee in fees_between(price, a, b)]
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)


@pytest.mark.django_db
def test_first_and_last_month_are_charged_by_the_day_and_those_between_wholly() -> None:
    allocated(at(2026, 6, 16), ends_at=at(2026, 9, 11))
    assert charge_monthly_fees(now=at(2026, 9, 12)) == 4
    assert charged() == [Decimal(-15), Decimal(-30), Decimal(-30), Decimal(-10)]


@pytest.mark.django_db
def test_a_month_is_charged_once_however_often_somebody_asks() -> None:
    allocation = allocated(at(2026, 6, 1, 3))
    for day in (1, 1, 2, 30):
        charge_monthly_fees(now=at(2026, 7, day))
    assert charged() == [Decimal(-30)]
    # Where the mark was lost, the ledger's key still knows.
    DIDAllocation.objects.filter(pk=allocation.pk).update(charged_until=None)
    charge_monthly_fees(now=at(2026, 7, 31))
    assert charged() == [Decimal(-30)]


@pytest.mark.django_db
def test_months_in_which_nothing_ran_are_caught_up_each_in_its_time() -> None:
    allocated(at(2026, 1, 1, 3))
    assert charge_monthly_fees(now=at(2026, 2, 1)) == 1
    assert charge_monthly_fees(now=at(2026, 7, 5)) == 5
    months = LedgerEntry.objects.order_by("happened_at").values_list("happened_at", flat=True)
    assert [(moment - timedelta(hours=3)).month for moment in months] == [1, 2, 3, 4, 5, 6]
    assert account_of(DIDAllocation.objects.get().customer).balance == -180


@pytest.mark.django_db
def test_a_month_that_is_not_over_and_a_number_without_price_cost_nothing() -> None:
    allocated(at(2026, 6, 1, 3))
    allocated(at(2026, 1, 1), price="0")
    # 02:59 on the first is still the month before on the panel's clock.
    assert charge_monthly_fees(now=datetime(2026, 7, 1, 2, 59, tzinfo=UTC)) == 0
    assert charge_monthly_fees(now=datetime(2026, 7, 1, 3, tzinfo=UTC)) == 1


@pytest.mark.django_db
def test_another_destination_or_price_in_between_adds_up_to_the_day() -> None:
    customer = CustomerFactory.create()
    did = DIDFactory.create(status=DIDStatus.FREE)
    trunk = DestinationType.TRUNK
    allocate_did(did=did, customer=customer, destination_type=trunk, monthly_price=Decimal(10), at=at(2026, 6, 1, 3))
    change_destination(did=did, destination_type=trunk, at=at(2026, 6, 8))
    change_destination(did=did, destination_type=trunk, monthly_price=Decimal(20), at=at(2026, 6, 16))
    charge_monthly_fees(now=at(2026, 7, 1))
    assert sum(charged()) == -15


@pytest.mark.django_db
def test_days_after_an_end_that_is_entered_late_are_given_back() -> None:
    allocation = allocated(at(2026, 6, 1, 3))
    charge_monthly_fees(now=at(2026, 7, 1))
    release_did(did=allocation.did, at=at(2026, 6, 21))
    for _again in range(2):
        charge_monthly_fees(now=at(2026, 7, 3))
    assert sorted(charged()) == [Decimal(-30), Decimal(10)]
