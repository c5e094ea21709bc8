"""Writes of accounts: money that people enter, reversals of entries, settings, the end of a stop."""

from collections.abc import Iterable
from decimal import Decimal

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from billing.accounts.errors import CurrencyFixed, InvalidAmount, ReasonMissing
from billing.accounts.ledger import Movement, enter, reverse
from billing.models import Account, EntryKind, LedgerEntry
from voipadmin.core.errors import Conflict

SETTINGS = (
    "kind", "currency", "plan", "credit_limit", "limits_credit", "hourly_cap", "daily_cap", "longest_call_seconds",
    "allowed_countries", "allows_high_risk", "allows_loss",
)  # fmt: skip


def top_up(
    *, account: Account, amount: Decimal, description: str = "", actor: str = "", key: str | None = None
) -> LedgerEntry:
    """Add credit to an account; a second top-up with the same key is the first one."""
    return _receive(
        account, Movement(kind=EntryKind.TOP_UP, amount=amount, description=description, actor=actor, key=key)
    )


def take_payment(
    *, account: Account, amount: Decimal, description: str = "", actor: str = "", key: str | None = None
) -> LedgerEntry:
    """Enter what a customer paid for its calls; a second payment with the same key is the first one."""
    return _receive(
        account, Movement(kind=EntryKind.PAYMENT, amount=amount, description=description, actor=actor, key=key)
    )


def adjust(
    *, account: Account, amount: Decimal, description: str, actor: str = "", key: str | None = None
) -> LedgerEntry:
    """Move a balance either way, for a reason that is kept with the entry."""
    if amount == 0:
        raise InvalidAmount(_("An adjustment of zero moves nothing."), field="amount")
    if not description.strip():
        raise ReasonMissing(_("Say why: the customer reads it on its statement."), field="description")
    movement = Movement(kind=EntryKind.ADJUSTMENT, amount=amount, description=description, actor=actor, key=key)
    return enter(account=account, movement=movement)


def reverse_entry(*, entry: LedgerEntry, description: str, actor: str = "") -> LedgerEntry:
    """Take an entry back by its opposite, for a reason; raise Conflict where that was done already."""
    if not description.strip():
        raise ReasonMissing(_("Say why: the customer reads it on its statement."), field="description")
    return reverse(entry=entry, reason=description, actor=actor)


def save_settings(*, account: Account) -> Account:
    """Save everything about an account but its balance; raise CurrencyFixed where money has moved on it."""
    account.allowed_countries = known_countries(account.allowed_countries)
    account.full_clean()
    with transaction.atomic():
        stored = Account.objects.select_for_update().get(pk=account.pk)
        if stored.currency != account.currency and stored.entries.exists():
            raise CurrencyFixed(_("Money has moved on this account; its currency stays."), field="currency")
        account.save(update_fields=[*SETTINGS, "updated_at"])
    return account


def lift_stop(*, account: Account) -> Account:
    """Let the calls of an account through again that the system had stopped."""
    with transaction.atomic():
        locked: Account = Account.objects.select_for_update().get(pk=account.pk)
        if locked.blocked_at is None:
            raise Conflict(_("The calls of this account are not stopped."))
        locked.blocked_at, locked.blocked_reason = None, ""
        locked.save(update_fields=["blocked_at", "blocked_reason", "updated_at"])
    return locked


def known_countries(codes: Iterable[str]) -> list[str]:
    """Return the codes in capitals, in order and once each; refuse what is no country with telephone numbers."""
    wanted = sorted({code.strip().upper() for code in codes})
    unknown = [code for code in wanted if code not in phonenumbers.SUPPORTED_REGIONS]
    if unknown:
        message = _("These are no codes of countries: %(codes)s.") % {"codes": ", ".join(unknown)[:100]}
        raise ValidationError({"allowed_countries": message})
    return wanted


def _receive(account: Account, movement: Movement) -> LedgerEntry:
    if movement.amount <= 0:
        raise InvalidAmount(_("Enter an amount above zero; an adjustment may be below."), field="amount")
    return enter(account=account, movement=movement)
