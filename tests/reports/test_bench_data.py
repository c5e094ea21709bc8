"""The data for benches: a carrier's year is made by PostgreSQL, and is what the product itself would have made."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Sum

from billing.accounts.queries import ZERO
from billing.cdrs.records.partitions import stored_months
from billing.cdrs.services import facts_of
from billing.models import Account, Cdr, LedgerEntry
from billing.rating.calls import price_call
from billing.tariffs.loader import CurrentTariffs
from customers.models import Customer, Extension
from numbering.models import DIDAllocation
from reports.models import TrafficHour
from tests.bench.data.filling import fill
from tests.bench.data.sizes import DataSize

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIZE = DataSize(records=20_000, months=1, customers=30, extensions=200, dids=100)


@pytest.fixture
def carrier() -> None:
    """A filled database; all of it is rolled back, the partitions too."""
    with connection.cursor() as cursor:
        # Else tables could not be changed in the transaction that filled them.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    fill(SIZE, NOW, lambda _line: None, connections=1)


def test_the_data_for_benches_is_what_billing_itself_would_have_made(carrier: None) -> None:
    records = Cdr.objects.count()
    assert SIZE.records * 0.97 < records <= SIZE.records * 1.03
    assert datetime(2026, 11, 1, tzinfo=UTC).date() in stored_months()
    assert Extension.objects.count() == SIZE.extensions
    assert Customer.objects.count() == SIZE.customers
    owners = DIDAllocation.objects.filter(extension__isnull=False)
    assert not owners.exclude(customer=F("extension__customer")).exists()
    check_prices()
    check_money()
    check_calls(records)


def check_prices() -> None:
    """Prices, costs and the rates beside them are those of the engine, for every tariff."""
    book = CurrentTariffs().index()
    asked = Cdr.objects.filter(direction="outbound", is_last_attempt=True).select_related("gateway__provider")
    seen = set()
    for record in asked.order_by("id")[:3_000]:
        for name, value in price_call(facts_of(record), book)._asdict().items():
            assert getattr(record, name) == value, (name, record.called_number)
        seen.add(record.matched_pattern)
    assert len(seen) > 30


def check_money() -> None:
    """Each price is in the ledger once, and each balance is the sum of its entries."""
    charged = Cdr.objects.filter(price__gt=0).aggregate(amount=Sum("price"), calls=Count("pk"))
    entered = LedgerEntry.objects.aggregate(amount=Sum("amount"), calls=Count("pk"))
    assert entered == {"amount": -charged["amount"], "calls": charged["calls"]}
    assert not Cdr.objects.without_entry().exists()
    assert Account.objects.aggregate(all=Sum("balance"))["all"] == entered["amount"] < ZERO
    assert TrafficHour.objects.aggregate(all=Sum("price"))["all"] == charged["amount"]


def check_calls(records: int) -> None:
    """A call has one final record; some have failed before; few customers make most of the calls."""
    assert TrafficHour.objects.aggregate(all=Sum("records"))["all"] == records
    linked = Cdr.objects.values("linkedid").annotate(final=Count("pk", filter=Q(is_last_attempt=True)))
    assert not linked.exclude(final=1).exists()
    tried_twice = Cdr.objects.filter(attempt=2).count()
    assert 0.04 < tried_twice / records < 0.10
    shares = Cdr.objects.values("customer").annotate(calls=Count("pk")).order_by("-calls")
    assert sum(row["calls"] for row in shares[:6]) > records / 3
    assert not Cdr.objects.filter(ended_at__lt=F("started_at")).exists()
