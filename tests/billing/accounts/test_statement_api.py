"""Statements through the REST API."""

from decimal import Decimal

import pytest

from billing.accounts.ledger import account_of
from billing.models import Account
from tests.api.client import ApiClient, client_of, problem
from tests.billing.accounts.conftest import paid
from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def test_a_statement_of_this_month_adds_up(account: Account) -> None:
    paid(account, "10")
    paid(account, "2.5")
    shown = client_of(Role.FINANCE).get(f"/accounts/{account.pk}/statement").json()
    amounts = [Decimal(entry["amount"]) for entry in shown["movements"]]
    assert Decimal(shown["opening"]) + sum(amounts) == Decimal(shown["closing"]) == Decimal("12.5")
    assert shown["currency"] == account.currency


def test_what_is_before_the_period_is_its_opening(account: Account) -> None:
    paid(account, "10")
    shown = client_of(Role.FINANCE).get(f"/accounts/{account.pk}/statement?first=2098-01-01&last=2098-01-31").json()
    assert (shown["first"], shown["last"], shown["movements"]) == ("2098-01-01", "2098-01-31", [])
    assert Decimal(shown["opening"]) == Decimal(shown["closing"]) == 10


@pytest.mark.parametrize(
    "query",
    ["first=2026-02-30", "first=x", "first=2026-02-01&last=2026-01-01", "first=2020-01-01&last=2026-01-01", "month=1"],
)
def test_what_is_no_period_is_refused(account: Account, query: str) -> None:
    problem(client_of(Role.FINANCE).get(f"/accounts/{account.pk}/statement?{query}"), 422)


def test_people_of_a_customer_read_their_own(account: Account) -> None:
    paid(account, "10")
    foreign = account_of(CustomerFactory.create())
    client = ApiClient(UserFactory.create(role=Role.CUSTOMER, customers=[account.customer]))
    shown = client.get(f"/accounts/{account.pk}/statement").json()
    assert shown["movements"][0]["actor"] is None
    problem(client.get(f"/accounts/{foreign.pk}/statement"), 404)
