"""Entries of the ledger, one by one; the database adds each to its account's balance.

Entries of many calls at once are copied by `call_charges`, and written by the statement of a re-rating.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DecimalField, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Account, EntryKind, LedgerEntry
from customers.models import Customer
from voipadmin.core.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Movement:
    """An amount that moves: above zero for the customer. `key` makes a second entry of the same movement impossible."""

    kind: EntryKind
    amount: Decimal
    description: str = ""
    actor: str = ""
    key: str | None = None
    happened_at: datetime | None = None


def account_of(customer: Customer) -> Account:
    """Return the customer's account, opened now where it has none."""
    account: Account = Account.objects.get_or_create(
        customer=customer, defaults={"currency": settings.DEFAULT_CURRENCY}
    )[0]
    return account


def enter(*, account: Account, movement: Movement) -> LedgerEntry:
    """Write an entry and return it, or the one that has its key already; raise Conflict where that one differs."""
    entry = LedgerEntry(
        account=account,
        currency=account.currency,
        kind=movement.kind,
        amount=movement.amount,
        description=movement.description,
        actor=movement.actor,
        key=movement.key,
        happened_at=movement.happened_at or timezone.now(),
    )
    entry.full_clean(validate_unique=False, validate_constraints=False)
    # The unique index decides, not a look-up before: of two that come at once, one would not see the other. The inner
    # transaction keeps the caller's usable after the error.
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        known: LedgerEntry | None = LedgerEntry.objects.filter(key=movement.key).exclude(key=None).first()
        if known is None:
            raise
        if (known.account_id, known.kind, known.amount) != (account.pk, movement.kind, movement.amount):
            raise Conflict(_("This was entered already, with another amount.")) from None
        return known
    return entry


def reverse(*, entry: LedgerEntry, reason: str, actor: str = "") -> LedgerEntry:
    """Take an entry back by its opposite; raise Conflict where that was done already, or it is a reversal itself."""
    if entry.kind == EntryKind.REVERSAL:
        raise Conflict(_("A reversal is not reversed: enter an adjustment."))
    opposite = LedgerEntry(
        account=entry.account,
        currency=entry.currency,
        kind=EntryKind.REVERSAL,
        amount=-entry.amount,
        description=reason,
        actor=actor,
        reverses=entry,
    )
    opposite.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            opposite.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This entry was reversed already.")) from error
    return opposite


def unbalanced_accounts() -> QuerySet[Account]:
    """Return the accounts whose balance is not the sum of their entries; the database's triggers leave none."""
    total = Coalesce(Sum("entries__amount"), Decimal(0), output_field=DecimalField())
    rows: QuerySet[Account] = Account.objects.annotate(total=total).exclude(balance=F("total"))
    return rows
