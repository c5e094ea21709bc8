"""An account with its people, and clients of the pages."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from billing.accounts.ledger import Movement, account_of, enter
from billing.models import Account, EntryKind, LedgerEntry
from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

Pages = Callable[[str], Client]


@pytest.fixture
def account(db: None) -> Account:
    return account_of(CustomerFactory.create())


@pytest.fixture
def pages(account: Account) -> Pages:
    """A client logged in as a user of a role; a customer's user is one of the account's own."""

    def log_in(role: str) -> Client:
        customers = [account.customer] if role == Role.CUSTOMER else []
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        user = UserFactory.create(role=role, customers=customers, is_staff=role == Role.ADMIN)
        client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
        return client

    return log_in


def balance(account: Account) -> Decimal:
    return Account.objects.get(pk=account.pk).balance


def paid(account: Account, amount: str) -> LedgerEntry:
    return enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(amount), description="Pix"))
