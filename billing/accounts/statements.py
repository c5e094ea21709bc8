"""Statements: the movements of an account in a period, which add up to its ledger's balances to the last digit.

1. The opening balance is the sum of all entries before the period.
2. Payments, adjustments and fees are listed entry by entry.
3. Calls, and the corrections of re-ratings, are summed up by destination, the name of their tariff.
4. The closing balance is the sum of all of these: the next period's opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.accounts.fees import CENT
from billing.accounts.periods import LONGEST_CALL, Period, day_of
from billing.accounts.queries import ZERO, entries_of
from billing.models import Account, Cdr, EntryKind, LedgerEntry, Tariff

LEDGER, CALL, TARIFF = (model._meta.db_table for model in (LedgerEntry, Cdr, Tariff))
CALLS = (EntryKind.CALL, EntryKind.CORRECTION)


@dataclass(frozen=True, slots=True)
class Destination:
    """The calls to one destination; the amount is that of their entries, below zero where they were charged."""

    name: str
    calls: int
    billed_seconds: int
    amount: Decimal

    @property
    def minutes(self) -> Decimal:
        """Return the minutes that were billed."""
        return (Decimal(self.billed_seconds) / 60).quantize(CENT, ROUND_HALF_UP)

    def __add__(self, other: "Destination") -> "Destination":
        """Return the sum of two lines of one destination."""
        seconds = self.billed_seconds + other.billed_seconds
        return Destination(self.name, self.calls + other.calls, seconds, self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax that the prices include, with its share of what was charged."""

    name: str
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of an account. Amounts have the ledger's sign: above zero for the customer."""

    account: Account
    period: Period
    opening: Decimal
    movements: tuple[LedgerEntry, ...]
    fees: tuple[LedgerEntry, ...]
    destinations: tuple[Destination, ...]

    @property
    def calls_amount(self) -> Decimal:
        """Return what all calls come to."""
        return sum((line.amount for line in self.destinations), ZERO)

    @property
    def calls_count(self) -> int:
        """Return how many calls were charged."""
        return sum(line.calls for line in self.destinations)

    @property
    def minutes(self) -> Decimal:
        """Return the minutes of all calls."""
        seconds = sum(line.billed_seconds for line in self.destinations)
        return (Decimal(seconds) / 60).quantize(CENT, ROUND_HALF_UP)

    @property
    def fees_amount(self) -> Decimal:
        """Return what all fees come to."""
        return sum((entry.amount for entry in self.fees), ZERO)

    @property
    def movements_amount(self) -> Decimal:
        """Return what all other movements come to."""
        return sum((entry.amount for entry in self.movements), ZERO)

    @property
    def closing(self) -> Decimal:
        """Return the balance at the end."""
        return self.opening + self.movements_amount + self.fees_amount + self.calls_amount

    @property
    def taxes(self) -> tuple[Tax, ...]:
        """Return the taxes that calls and fees include, by the installation's percentages."""
        charged = -(self.calls_amount + self.fees_amount)
        return tuple(
            Tax(name, percent, (charged * percent / 100).quantize(CENT, ROUND_HALF_UP))
            for name, percent in settings.STATEMENT_TAXES.items()
        )


def statement_of(account: Account, period: Period) -> Statement:
    """Return the account's statement for a period."""
    entries = entries_of(account)
    opening = entries.filter(happened_at__lt=period.begins).order_by().aggregate(sum=Sum("amount"))["sum"]
    inside = entries.filter(happened_at__gte=period.begins, happened_at__lt=period.ends)
    others = inside.exclude(kind__in=CALLS).order_by("happened_at", "id")
    return Statement(
        account=account,
        period=period,
        opening=opening or ZERO,
        movements=tuple(others.exclude(kind=EntryKind.MONTHLY_FEE)),
        fees=tuple(others.filter(kind=EntryKind.MONTHLY_FEE)),
        destinations=_destinations(account, period),
    )


def _destinations(account: Account, period: Period) -> tuple[Destination, ...]:
    """Return calls and what rating them again changed, by the name of their tariff; the dearest first."""
    lines = [
        *_grouped(account, period, EntryKind.CALL, [period.begins - LONGEST_CALL, period.ends]),
        *_grouped(account, period, EntryKind.CORRECTION, None),
    ]
    found: dict[str, Destination] = {}
    for line in lines:
        found[line.name] = found[line.name] + line if line.name in found else line
    return tuple(sorted(found.values(), key=lambda line: (line.amount, line.name)))


def _grouped(account: Account, period: Period, kind: EntryKind, began: list[datetime] | None) -> list[Destination]:
    """Return the entries of a kind by destination; those whose calls have no record any more have a common name.

    A correction counts no call and no seconds: its call was counted with its first entry.
    """
    counted = kind == EntryKind.CALL
    pruned = "AND call.started_at >= %s AND call.started_at < %s" if began else ""
    sql = f"""
        SELECT coalesce(tariff.name, ''), count(*), coalesce(sum(call.billed_seconds), 0), sum(entry.amount)
        FROM {LEDGER} entry
        LEFT JOIN {CALL} call ON call.id = entry.cdr_id {pruned}
        LEFT JOIN {TARIFF} tariff ON tariff.id = call.tariff_id
        WHERE entry.account_id = %s AND entry.happened_at >= %s AND entry.happened_at < %s AND entry.kind = %s
        GROUP BY 1
    """  # noqa: S608 - the names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(began or []), account.pk, period.begins, period.ends, kind.value])
        rows = cursor.fetchall()
    nameless = _("Other calls")
    return [
        Destination(name or nameless, calls * counted, int(seconds) * counted, amount)
        for name, calls, seconds, amount in rows
    ]


def csv_rows(statement: Statement) -> Iterator[list[Any]]:
    """Yield the statement's rows; the amounts of all rows but the taxes add up to that of the last row."""
    currency = statement.account.currency
    period = statement.period
    yield [_("Kind"), _("Day"), _("Description"), _("Calls"), _("Minutes"), _("Amount"), _("Currency")]
    yield [_("Opening balance"), period.first, "", None, None, statement.opening, currency]
    for entry in (*statement.movements, *statement.fees):
        day = day_of(entry.happened_at)
        yield [entry.get_kind_display(), day, entry.description, None, None, entry.amount, entry.currency]
    for line in statement.destinations:
        yield [_("Calls"), None, line.name, line.calls, line.minutes, line.amount, currency]
    for tax in statement.taxes:
        yield [_("Tax included"), None, f"{tax.name} {tax.percent} %", None, None, tax.amount, currency]
    yield [_("Closing balance"), period.last, "", None, None, statement.closing, currency]
