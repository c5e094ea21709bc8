"""What a statement says, as values that are kept in one text: the same values make the same bytes."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from billing.accounts.queries import ZERO
from billing.models import EntryKind
from billing.statements.lines import CallLine, OtherLine

FORMAT = 1


@dataclass(frozen=True, slots=True)
class PartyFigures:
    """Issuer or customer, as they were."""

    name: str
    legal_name: str
    tax_number: str
    address: list[str]
    code: str = ""
    phone: str = ""
    email: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class DestinationFigures:
    """Calls to one destination. `late`: of earlier periods; `corrected`: no calls, but what re-ratings changed."""

    name: str
    late: bool
    corrected: bool
    calls: int
    billed_seconds: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MovementFigures:
    """A fee, payment, adjustment or reversal."""

    kind: str
    at: str
    description: str
    amount: Decimal
    late: bool


@dataclass(frozen=True, slots=True)
class TaxFigures:
    """A tax that the prices include; it changes no sum."""

    name: str
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that a statement says but its annex. Amounts are what the customer owes; receipts are below zero.

    destinations + fees + others = charged; charged + carried_in = amount + carried_out.
    """

    label: str
    series: str
    number: int
    account_kind: str
    issuer: PartyFigures
    customer: PartyFigures
    first_day: str
    last_day: str
    issued_day: str
    due_day: str
    time_zone: str
    currency: str
    places: int
    language: str
    destinations: list[DestinationFigures]
    fees: list[MovementFigures]
    others: list[MovementFigures]
    receipts: list[MovementFigures]
    taxes: list[TaxFigures]
    opening: Decimal
    received: Decimal
    charged: Decimal
    carried_in: Decimal
    amount: Decimal
    carried_out: Decimal
    open_before: Decimal
    payable: Decimal
    closing: Decimal
    payment_instructions: str
    format: int = FORMAT


def to_text(figures: Figures) -> str:
    """Return figures as JSON with its keys in order; amounts are texts, so that no digit is lost."""
    return json.dumps(asdict(figures), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


_AMOUNTS = (
    *("opening", "received", "charged", "carried_in", "amount", "carried_out", "open_before", "payable", "closing"),
)


def from_text(text: str) -> Figures:
    """Return the figures that `to_text` wrote."""
    values: dict[str, Any] = json.loads(text)
    values |= {name: Decimal(values[name]) for name in _AMOUNTS}
    values |= {name: PartyFigures(**values[name]) for name in ("issuer", "customer")}
    values["destinations"] = [DestinationFigures(**_with_amount(row)) for row in values["destinations"]]
    for name in ("fees", "others", "receipts"):
        values[name] = [MovementFigures(**_with_amount(row)) for row in values[name]]
    values["taxes"] = [
        TaxFigures(**_with_amount(row) | {"percent": Decimal(row["percent"])}) for row in values["taxes"]
    ]
    return Figures(**values)


def _with_amount(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"amount": Decimal(row["amount"])}


class _Key(NamedTuple):
    name: str
    late: bool
    corrected: bool


@dataclass(slots=True)
class CallSums:
    """Calls by destination, added up while the annex is written."""

    count: int = 0
    _sums: dict[_Key, list[Any]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, ZERO]))

    def add(self, line: CallLine) -> None:
        """Add a line; a correction counts no call and no seconds: its call was counted with its first entry."""
        corrected = line.kind == EntryKind.CORRECTION
        sums = self._sums[_Key(line.destination, line.late, corrected)]
        sums[0] += not corrected
        sums[1] += line.billed_seconds
        sums[2] += line.amount
        self.count += not corrected

    def by_destination(self) -> list[DestinationFigures]:
        """Return the sums: those of the period first, in each the dearest first."""
        rows = [DestinationFigures(*key, *sums) for key, sums in self._sums.items()]
        return sorted(rows, key=lambda row: (row.late or row.corrected, -row.amount, row.name, row.corrected))


def movements(lines: Iterable[OtherLine]) -> list[MovementFigures]:
    """Return movements as they are kept."""
    return [
        MovementFigures(line.kind, line.happened_at.isoformat(), line.description, line.amount, line.late)
        for line in lines
    ]


def sum_of(rows: Sequence[DestinationFigures | MovementFigures]) -> Decimal:
    """Return what rows come to."""
    return sum((row.amount for row in rows), ZERO)
