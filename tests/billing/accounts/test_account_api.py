"""Accounts through the REST API."""

from decimal import Decimal
from typing import Any

import pytest

from billing.accounts.ledger import account_of
from billing.models import Account, LedgerEntry
from tests.api.client import ApiClient, client_of, problem
from tests.billing.accounts.conftest import balance, paid
from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def finance() -> ApiClient:
    return client_of(Role.FINANCE)


def test_an_account_tells_what_is_available(account: Account) -> None:
    paid(account, "10")
    shown = finance().get(f"/accounts/{account.pk}").json()
    assert Decimal(shown["balance"]) == Decimal(shown["available"]) == 10
    assert shown["customer_id"] == str(account.customer_id)


def test_a_top_up_sent_again_under_its_key_happens_once(account: Account) -> None:
    client = finance()
    path, body = f"/accounts/{account.pk}/top-ups", {"amount": "12.34", "description": "Pix"}
    first = client.post(path, body, **{"Idempotency-Key": "pix-1"})
    again = client.post(path, body, **{"Idempotency-Key": "pix-1"})
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotency-Replayed"] == "true"
    assert balance(account) == Decimal("12.34")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("top-ups", {"amount": "0"}),
        ("top-ups", {"amount": "-1"}),
        ("payments", {"amount": "1e30"}),
        ("adjustments", {"amount": "0", "description": "Nothing"}),
        ("adjustments", {"amount": "5"}),
        ("adjustments", {"amount": "5", "description": "  "}),
        ("reversals", {"entry_id": "01a20887-2b1d-73b2-b7fa-000000000000", "description": "No such"}),
    ],
)
def test_what_makes_no_sense_moves_nothing(account: Account, path: str, body: Any) -> None:
    problem(finance().post(f"/accounts/{account.pk}/{path}", body), 422)
    assert not LedgerEntry.objects.exists()


def test_an_adjustment_is_reversed_once(account: Account) -> None:
    client = finance()
    path = f"/accounts/{account.pk}"
    made = client.post(f"{path}/adjustments", {"amount": "-5", "description": "Fee"}).json()
    opposite = client.post(f"{path}/reversals", {"entry_id": made["id"], "description": "Not ours"})
    assert opposite.json()["reverses_id"] == made["id"]
    problem(client.post(f"{path}/reversals", {"entry_id": made["id"], "description": "Again"}), 409)
    assert balance(account) == 0


def test_a_ledger_is_paged_and_narrowed(account: Account) -> None:
    for number in range(1, 6):
        paid(account, str(number))
    client = finance()
    path = f"/accounts/{account.pk}/ledger"
    first = client.get(f"{path}?limit=3").json()
    second = client.get(f"{path}?limit=3&cursor={first['next_cursor']}").json()
    assert [Decimal(item["amount"]) for item in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert client.get(f"{path}?kind=fee").json()["items"] == []
    problem(client.get(f"{path}?account=1"), 422)


def test_settings_change_and_the_balance_does_not(account: Account) -> None:
    client = finance()
    path = f"/accounts/{account.pk}"
    changed = client.patch(path, {"kind": "prepaid", "allowed_countries": ["us", "BR"]})
    assert changed.json()["allowed_countries"] == ["BR", "US"]
    problem(client.patch(path, {"balance": "5"}), 422)
    problem(client.patch(path, {"allowed_countries": ["XX"]}), 422)
    paid(account, "1")
    assert problem(client.patch(path, {"currency": "USD"}), 409)["code"] == "currency_fixed"


def test_people_of_a_customer_read_their_own_and_write_nothing(account: Account) -> None:
    foreign = account_of(CustomerFactory.create())
    paid(account, "10")
    client = ApiClient(UserFactory.create(role=Role.CUSTOMER, customers=[account.customer]))
    assert [item["id"] for item in client.get("/accounts/").json()["items"]] == [str(account.pk)]
    assert client.get(f"/accounts/{account.pk}/ledger").json()["items"][0]["actor"] is None
    problem(client.get(f"/accounts/{foreign.pk}/ledger"), 404)
    problem(client.post(f"/accounts/{account.pk}/top-ups", {"amount": "5"}), 403)
