"""What the system writes by itself opens in the admin and is changed by nobody there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.models import BuyRate, CreditHold, Deck, LedgerEntry, PastRating, RefusedCall, Rerating
from customers.models import Customer
from tests.factories import CustomerFactory, ProviderFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
MODELS: list[Any] = [BuyRate, CreditHold, Deck, LedgerEntry, PastRating, RefusedCall, Rerating]


@pytest.fixture
def root(client: Client) -> Client:
    user = UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return client


def written() -> list[Any]:
    """Return one row of most of them."""
    account, now = account_of(CustomerFactory.create()), timezone.now()
    provider = ProviderFactory.create()
    deck = Deck.objects.create(provider=provider, file_name="rates.csv")
    return [
        deck,
        BuyRate.objects.create(provider=provider, deck=deck, pattern="55", price_per_minute=1, effective_from=now),
        RefusedCall.objects.create(customer=account.customer, node_name="pbx1", number="55", reason="credit", cause=21),
        CreditHold.objects.create(
            account=account, node_name="pbx1", uniqueid="1.1", number="55", amount=Decimal(1), granted_seconds=60,
            expires_at=now + timedelta(hours=1),
        ),
    ]  # fmt: skip


def address(action: str, row: Any, *args: Any) -> str:
    return reverse(f"admin:billing_{row._meta.model_name}_{action}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nobody_adds_one(root: Client, model: Any) -> None:
    assert model in admin.site._registry
    assert root.get(address("changelist", model)).status_code == 200
    assert root.post(address("add", model), {}).status_code == 403


def test_a_row_is_shown_and_neither_changed_nor_deleted(root: Client) -> None:
    for row in written():
        before = type(row).objects.values().get(pk=row.pk)
        text = root.get(address("change", row, row.pk)).content.decode()
        assert 'name="_save"' not in text
        assert str(row.pk) in text
        assert root.post(address("change", row, row.pk), {"number": "1", "pattern": "1"}).status_code == 403
        assert root.post(address("delete", row, row.pk), {"post": "yes"}).status_code == 403
        assert type(row).objects.values().get(pk=row.pk) == before


def test_a_customer_that_goes_takes_its_refused_calls_along(root: Client) -> None:
    written()
    customer = Customer.objects.get()
    root.post(reverse("admin:customers_customer_delete", args=[customer.pk]), {"post": "yes"})
    assert not Customer.objects.exists()
    assert not RefusedCall.objects.exists()
