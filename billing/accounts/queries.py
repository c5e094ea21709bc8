"""Reads of accounts: balance, what live calls hold of it, and what new calls may spend."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, DecimalField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import Account, Cdr, CreditHold, HoldState, LedgerEntry
from billing.models.account import LedgerEntryQuerySet
from voipadmin.core.viewer import Viewer

ZERO = Decimal(0)
MONEY = DecimalField(max_digits=20, decimal_places=6)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may spend: balance and credit limit, and of these what live calls hold (`held`)."""

    balance: Decimal
    credit_limit: Decimal
    held: Decimal
    live_calls: int

    @property
    def credit(self) -> Decimal:
        """Return the balance and the credit limit together."""
        return self.balance + self.credit_limit

    @property
    def available(self) -> Decimal:
        """Return what a new call may set aside."""
        return self.credit - self.held


def standing_of(account: Account) -> Standing:
    """Return the standing of an account now."""
    held = active_holds(account).aggregate(amount=Sum("amount"), calls=Count("pk"))
    return Standing(account.balance, account.credit_limit, held["amount"] or ZERO, held["calls"])


def active_holds(account: Account) -> QuerySet[CreditHold]:
    """Return what live calls have set aside, the newest first."""
    rows: QuerySet[CreditHold] = account.holds.filter(state=HoldState.ACTIVE).order_by("-created_at")
    return rows


def with_standing(accounts: Any) -> Any:
    """Annotate accounts with `held`, what live calls hold, and `available`, what new ones may set aside."""
    active = CreditHold.objects.filter(account=OuterRef("pk"), state=HoldState.ACTIVE).order_by().values("account")
    held = Coalesce(Subquery(active.annotate(held=Sum("amount")).values("held")), ZERO, output_field=MONEY)
    return accounts.annotate(held=held).annotate(available=F("balance") + F("credit_limit") - F("held"))


def calls_of(entries: Iterable[LedgerEntry], user: Viewer) -> dict[UUID, Cdr]:
    """Return by their ids the records, kept and visible to `user`, of the calls that a page of entries is of."""
    ids = [entry.cdr_id for entry in entries if entry.cdr_id is not None]
    return {call.pk: call for call in Cdr.objects.visible_to(user).filter(pk__in=ids)} if ids else {}


def entries_of(account: Account) -> LedgerEntryQuerySet:
    """Return the account's entries, the newest first as in their index; each says whether it `is_reversed`."""
    reversal = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    rows: LedgerEntryQuerySet = LedgerEntry.objects.filter(account=account).annotate(is_reversed=Exists(reversal))
    return rows.order_by("-happened_at", "-id")
