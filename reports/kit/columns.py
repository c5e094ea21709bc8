"""Columns and rows of a report, and how a page shows a value; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto
from typing import Any

from django.utils import formats

from voipadmin.core.errors import Message
from voipadmin.core.tables.entity_table import format_duration, format_moment
from voipadmin.core.tables.links import grouped_number
from voipadmin.core.text.decimals import format_money


class Kind(Enum):
    """What the values of a column are."""

    TEXT = auto()
    DIGITS = auto()  # telephone numbers and prefixes: never a figure
    COUNT = auto()
    DECIMAL = auto()  # amounts, minutes and percentages, with the column's decimals
    SECONDS = auto()  # whole or broken seconds; people see minutes and seconds
    MOMENT = auto()


NUMERIC = frozenset({Kind.COUNT, Kind.DECIMAL, Kind.SECONDS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for machines, its heading for people, and what its values are.

    `places` are the decimals of every value. `sort` is the name by which the report can be ordered by it. An amount
    names the column that holds its currency, and has `exact` decimals in files for programs. A column that only files
    have is not `on_page`, one that only wide pages have is `wide_only`. `hint` explains a figure.
    """

    name: str
    heading: Message
    kind: Kind = Kind.TEXT
    places: int = 2
    sort: str = ""
    currency: str = ""
    exact: int = 0
    on_page: bool = True
    wide_only: bool = False
    hint: Message = ""

    @property
    def is_numeric(self) -> bool:
        """Tell whether its values are aligned to the right."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Row:
    """A row's values by the columns' names; some lead to another page by their `links`, some have a `tone`."""

    values: Mapping[str, Any]
    links: Mapping[str, str] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)


def rounded(value: Any, places: int) -> Decimal:
    """Return a figure with exactly `places` decimals, halves away from zero."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a page draws it."""

    text: str
    label: Message
    link: str = ""
    tone: str = ""
    is_numeric: bool = False
    is_digits: bool = False
    wide_only: bool = False


def cells_of(columns: Sequence[Column], rows: Iterable[Row]) -> list[list[Cell]]:
    """Return the cells of a page's table, row by row."""
    shown = [column for column in columns if column.on_page]
    return [[_cell(column, row) for column in shown] for row in rows]


def _cell(column: Column, row: Row) -> Cell:
    return Cell(
        on_page(column, row.values.get(column.name), row.values.get(column.currency) or ""),
        column.heading,
        row.links.get(column.name, ""),
        row.tones.get(column.name, ""),
        column.is_numeric,
        column.kind is Kind.DIGITS,
        column.wide_only,
    )


def on_page(column: Column, value: Any, currency: str = "") -> str:
    """Return a value as a page shows it, in the active language; a dash where there is none."""
    if value is None or value == "":
        return "—"
    match column.kind:
        case Kind.DECIMAL:
            amount = rounded(value, column.places)
            return format_money(amount, currency, column.places)
        case Kind.SECONDS:
            return format_duration(value)
        case Kind.COUNT:
            return str(formats.number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True))
        case Kind.MOMENT:
            return format_moment(value)
        case Kind.DIGITS:
            return grouped_number(value)
    return str(value)


def shown_columns(columns: Sequence[Column], hidden: frozenset[str]) -> tuple[Column, ...]:
    """Return the columns that may be shown."""
    return tuple(column for column in columns if column.name not in hidden)
