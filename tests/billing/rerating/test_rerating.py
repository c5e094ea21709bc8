"""Rating again: a preview, an approval, entries for the differences, and nothing twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing.accounts.audit import findings
from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.models import (
    Account,
    Cdr,
    Direction,
    EntryKind,
    LedgerEntry,
    PastRating,
    ReratingStatus,
    Tariff,
)
from billing.rerating import preview, writing
from billing.rerating.changed_calls import Rating
from billing.rerating.preview import make_preview
from billing.rerating.services import (
    ReratingRefused,
    approve_rerating,
    cancel_rerating,
    compute_again,
)
from billing.rerating.writing import write_batch, write_job
from customers.models import Customer
from tests.billing.rerating.jobs import NOW, balance, change_price, previewed, written
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, TariffFactory
from voipadmin.core.errors import Conflict

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture
def tariff() -> Tariff:
    return TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))


@pytest.fixture
def customer(tariff: Tariff) -> Customer:
    customer = CustomerFactory.create()
    account_of(customer)
    return customer


def make_calls(customer: Customer | None, count: int = 3) -> list[Cdr]:
    calls = [CdrFactory.create(direction=Direction.OUTBOUND, customer=customer) for _ in range(count)]
    rate_cdrs(cdrs=calls)
    return calls


def test_rating_again_keeps_to_the_caller_as_he_came(customer: Customer, tariff: Tariff) -> None:
    # N26: the carrier was shown a number of Rio; the caller's own is of São Paulo.
    local = TariffFactory.create(pattern="5511", origin_prefix="5511", price_per_minute=Decimal("0.04"))
    [call] = make_calls(customer, 1)
    Cdr.objects.filter(pk=call.pk).update(src="552150009999", caller="551130001055", origin=None)
    written(previewed())
    assert Cdr.objects.get().tariff == local


def test_a_wrong_price_is_seen_approved_and_given_back(customer: Customer, tariff: Tariff) -> None:
    calls = make_calls(customer)
    change_price(tariff, "0.08")
    job = previewed()
    assert (job.status, job.summary) == (ReratingStatus.READY, {"calls": 3, "changed": 3})
    difference = job.differences.get()
    assert (difference.customer, difference.currency, difference.calls) == (customer, "BRL", 3)
    assert (difference.old_price, difference.new_price, difference.movement) == (
        Decimal("0.30"),
        Decimal("0.24"),
        Decimal("0.06"),
    )
    assert balance(customer) == Decimal("-0.30")
    job = written(job)
    assert (job.status, job.approved_by) == (ReratingStatus.APPLIED, "rui")
    assert job.summary == {"calls": 3, "changed": 3, "written": 3, "left_alone": 0}
    assert balance(customer) == Decimal("-0.24")
    entries = LedgerEntry.objects.filter(kind=EntryKind.CORRECTION)
    assert [(entry.amount, entry.version, entry.description, entry.actor) for entry in entries] == [
        (Decimal("0.02"), 2, "New prices", "rui")
    ] * 3
    assert {entry.cdr_id for entry in entries} == {call.pk for call in calls}
    assert not job.calls.exists()
    assert list(findings()) == []


def test_the_rating_that_was_replaced_is_kept_for_good(customer: Customer, tariff: Tariff) -> None:
    (call,) = make_calls(customer, 1)
    call.refresh_from_db()
    for number, price in enumerate(("0.08", "0.20"), start=1):
        change_price(tariff, price)
        job = written(previewed())
        past = PastRating.objects.get(cdr_id=call.pk, version=number)
        assert past.rerating == job
        assert {name: getattr(past, name) for name in Rating._fields} == {
            name: getattr(call, name) for name in Rating._fields
        }
        call.refresh_from_db()
        assert call.price == Decimal(price)
        assert f":{Decimal(price).normalize():f}/60/" in call.applied_rate
    assert balance(customer) == Decimal("-0.20")
    for statement in ("UPDATE billing_pastrating SET price = 1", "DELETE FROM billing_pastrating"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_same_prices_change_nothing(customer: Customer) -> None:
    make_calls(customer)
    job = previewed()
    assert job.summary == {"calls": 3, "changed": 0}
    assert not job.differences.exists()
    written(job)
    assert LedgerEntry.objects.count() == 3
    assert not PastRating.objects.exists()


def test_a_preview_of_other_prices_is_not_approved(customer: Customer, tariff: Tariff) -> None:
    make_calls(customer)
    change_price(tariff, "0.08")
    job = previewed()
    change_price(tariff, "0.09")
    with pytest.raises(Conflict):
        approve_rerating(rerating=job, actor="rui")
    compute_again(rerating=job)
    make_preview(job)
    job.refresh_from_db()
    assert job.differences.get().new_price == Decimal("0.27")
    written(job)
    assert balance(customer) == Decimal("-0.27")


@pytest.mark.parametrize("what", ["account", "carrier"])
def test_a_preview_of_other_terms_is_not_approved(customer: Customer, what: str) -> None:
    gateway = GatewayFactory.create()
    job = previewed()
    if what == "account":
        Account.objects.filter(customer=customer).update(currency="USD")
    else:
        gateway.provider.cost_per_minute = Decimal("9.99")
        gateway.provider.save()
    with pytest.raises(Conflict):
        approve_rerating(rerating=job, actor="rui")


def test_writing_goes_on_where_it_stopped_and_nothing_is_written_twice(
    customer: Customer, tariff: Tariff, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_calls(customer, 7)
    change_price(tariff, "0.08")
    job = approve_rerating(rerating=previewed(), actor="rui")
    monkeypatch.setattr(writing, "BATCH", 3)
    assert write_batch(job)
    assert LedgerEntry.objects.filter(kind=EntryKind.CORRECTION).count() == 3
    monkeypatch.setattr(writing, "_values", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_job(job)
    monkeypatch.undo()
    write_job(job)
    write_job(job)
    assert LedgerEntry.objects.filter(kind=EntryKind.CORRECTION).count() == 7
    assert balance(customer) == Decimal("-0.56")
    job.refresh_from_db()
    assert (job.status, job.summary["written"]) == (ReratingStatus.APPLIED, 7)


def test_of_two_jobs_over_the_same_calls_the_second_leaves_them_alone(customer: Customer, tariff: Tariff) -> None:
    make_calls(customer)
    change_price(tariff, "0.08")
    first, second = previewed(), previewed()
    written(first)
    assert written(second).summary == {"calls": 3, "changed": 3, "written": 0, "left_alone": 3}
    assert balance(customer) == Decimal("-0.24")


def test_calls_without_a_price_get_one_and_are_charged(customer: Customer) -> None:
    called = {"dst": "004930123456", "dialled": "4930123456"}
    calls = [CdrFactory.create(direction=Direction.OUTBOUND, customer=customer, **called) for _ in range(2)]
    rate_cdrs(cdrs=calls)
    TariffFactory.create(pattern="49", price_per_minute=Decimal(1))
    job = previewed()
    difference = job.differences.get()
    assert [difference.old_price, difference.new_price] == [Decimal(0), Decimal(2)]
    written(job)
    assert balance(customer) == Decimal(-2)
    assert list(findings()) == []


def test_a_call_that_no_tariff_prices_any_more_is_given_back(customer: Customer, tariff: Tariff) -> None:
    make_calls(customer)
    Tariff.objects.filter(pk=tariff.pk).update(effective_until=NOW - timedelta(days=200))
    job = previewed()
    assert (job.differences.get().calls, job.differences.get().movement) == (3, Decimal("0.30"))
    written(job)
    assert balance(customer) == 0
    assert set(Cdr.objects.values_list("unrated_reason", flat=True)) == {"no_tariff"}
    assert list(findings()) == []


def test_another_currency_is_never_mixed_with_the_accounts(customer: Customer, tariff: Tariff) -> None:
    make_calls(customer)
    Tariff.objects.filter(pk=tariff.pk).update(currency="USD")
    job = previewed()
    assert [(d.currency, d.old_price, d.new_price, d.movement) for d in job.differences.all()] == [
        ("BRL", Decimal("0.30"), 0, Decimal("0.30")),
        ("USD", 0, Decimal("0.30"), 0),
    ]
    written(job)
    assert balance(customer) == 0
    assert set(Cdr.objects.values_list("uncharged_reason", flat=True)) == {"currency"}


def test_only_the_customers_calls_of_the_period_are_rated_again(customer: Customer, tariff: Tariff) -> None:
    other = CustomerFactory.create()
    account_of(other)
    make_calls(other)
    old = CdrFactory.create(direction=Direction.OUTBOUND, customer=customer, started_at=NOW - timedelta(days=3))
    rate_cdrs(cdrs=[old])
    make_calls(customer, 2)
    change_price(tariff, "0.05")
    job = previewed(customer)
    assert job.summary == {"calls": 2, "changed": 2}
    written(job)
    assert balance(other) == Decimal("-0.30")
    assert balance(customer) == Decimal("-0.20")


def test_what_was_cancelled_is_never_written(customer: Customer, tariff: Tariff) -> None:
    make_calls(customer)
    change_price(tariff, "0.05")
    job = previewed()
    cancel_rerating(rerating=job)
    with pytest.raises(ReratingRefused):
        approve_rerating(rerating=job, actor="rui")
    write_job(job)
    make_preview(job)
    job.refresh_from_db()
    assert job.status == ReratingStatus.CANCELLED
    assert balance(customer) == Decimal("-0.30")


def test_a_period_of_many_parts_is_read_whole(
    customer: Customer, tariff: Tariff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in make_calls(customer, 7):
        Cdr.objects.filter(pk=call.pk).update(started_at=NOW)
    make_calls(customer, 4)
    change_price(tariff, "0.05")
    monkeypatch.setattr(preview, "CHUNK", 3)
    assert previewed().summary == {"calls": 11, "changed": 11}
