"""Rating again, over calls and prices at random."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.audit import findings
from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.models import Cdr, Direction, LedgerEntry
from tests.billing.rerating.jobs import balance, change_price, previewed, written
from tests.factories import CdrFactory, CustomerFactory, TariffFactory

pytestmark = pytest.mark.django_db
prices = st.decimals(min_value=0, max_value=3, places=4)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 2), st.decimals(min_value=0, max_value=900, places=3)), min_size=1, max_size=8),
    st.lists(prices, min_size=1, max_size=3),
)
def test_rating_again_is_idempotent_and_charges_are_minus_the_movement(
    made: list[tuple[int, Decimal]], new_prices: list[Decimal]
) -> None:
    with transaction.atomic():
        tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
        customers = [CustomerFactory.create() for _ in range(3)]
        for customer in customers:
            account_of(customer)
        calls = [
            CdrFactory.create(
                direction=Direction.OUTBOUND,
                customer=customers[whose],
                billable_seconds=seconds,
                duration_seconds=seconds,
            )
            for whose, seconds in made
        ]
        rate_cdrs(cdrs=calls)
        for price in new_prices:
            change_price(tariff, str(price))
            written(previewed())
            entries = LedgerEntry.objects.count()
            again = written(previewed())
            assert again.summary["changed"] == 0
            assert LedgerEntry.objects.count() == entries
            for customer in customers:
                charged = Cdr.objects.filter(customer=customer).aggregate(sum=Sum("price"))["sum"] or 0
                assert balance(customer) == -charged
            assert list(findings()) == []
        transaction.set_rollback(True)
