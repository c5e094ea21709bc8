"""An issuer, an account, and how entries and statements are made without a worker."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.accounts.ledger import account_of
from billing.models import Account, EntryKind, LedgerEntry, Statement
from billing.statements.issuing import prepare_statement
from billing.statements.services import take_period
from tests.factories.customers import CustomerFactory
from voipadmin.core.models import Installation

ISSUER = {
    "name": "Operadora", "legal_name": "Operadora de Telefonia Ltda.", "tax_number": "11222333000181",
    "street": "Av. Paulista, 1000", "city": "São Paulo", "state": "SP", "postal_code": "01310-100",
    "statement_series": "A", "statement_language": "en", "payment_instructions": "Pix: contas@operadora.example",
}  # fmt: skip
CUSTOMER = {
    "legal_name": "Padaria São João Ltda.", "tax_number": "12ABC34501DE35", "street": "Rua A, 1", "city": "Santos",
    "state": "SP", "postal_code": "11010-000", "billing_email": "contas@padaria.example", "payment_days": 15,
}  # fmt: skip
MARCH, APRIL, MAY = date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)


@pytest.fixture
def issuer(db: None) -> Installation:
    return Installation.objects.create(**ISSUER)


@pytest.fixture
def account(issuer: Installation) -> Account:
    return account_of(CustomerFactory.create(**CUSTOMER))


def moment(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=UTC)


def moved(account: Account, kind: EntryKind, amount: str | Decimal, at: datetime, **values: Any) -> LedgerEntry:
    entry: LedgerEntry = LedgerEntry.objects.create(
        account=account, kind=kind, amount=Decimal(amount), currency=account.currency, happened_at=at, **values
    )
    return entry


def issued(account: Account, last_day: date, first_day: date | None = None) -> Statement:
    """Issue a statement as a worker does."""
    statement = take_period(account=account, last_day=last_day, first_day=first_day, actor="maria")
    assert prepare_statement(statement)
    return Statement.objects.get(pk=statement.pk)
