"""How the cells of each column are read, given the style of the list; pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from billing.decks.cells import changes, dates, intervals
from billing.decks.columns.headings import MINUTE, SECOND, read_heading
from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout
from billing.decks.columns.roles import BLOCKS, DATES, FLAGS, MONEY, PRICES, SECONDS
from billing.decks.columns.styles import Style
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell, text_of
from voipadmin.core.sheets.input_errors import CellError

Parser = Callable[[Cell], Any]
LONGEST_NAME = 120
CENTS = 100
UNUSUAL = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿĀ-ž0-9_ .,'&()/ºª+:@-]")
# Columns whose cells are read with the prefixes of their row.
OF_THE_PREFIX = frozenset({"prefix", "area", "origin"})
_PER = re.compile(r"(?:/|\bper\b|\bpor\b)\s*(min\w*|m|s|seg\w*|sec\w*|h|hr|hour|hora)\.?\s*$", re.IGNORECASE)
_UNIT_OF = {"m": 60, "s": 1, "h": 3600}
_LONGEST_AMOUNT = 60


def parsers_of(layout: Layout, style: Style, installation: Installation) -> dict[str, Parser]:
    """Return a reader for the cells of each column that has values of its own; they raise CellError."""
    return {
        name: _parser_of(name, layout.heading_of(name), style, installation)
        for name in layout.columns
        if name not in OF_THE_PREFIX
    }


def _parser_of(name: str, heading: str, style: Style, installation: Installation) -> Parser:
    if name in MONEY:
        return _Amounts(name, heading, style.decimal_sign, installation.currency).read
    if name in DATES:
        return _Dates(name, heading, style.date_order, installation.today).read
    seconds = read_heading(heading).seconds or SECOND
    special: Mapping[str, Parser] = {
        **dict.fromkeys(SECONDS, partial(intervals.seconds_of, unit=seconds)),
        **dict.fromkeys(BLOCKS, partial(intervals.blocks_of, unit=seconds)),
        **{flag: partial(changes.flag_of, is_sold=flag in {"allowed", "active"}) for flag in FLAGS},
        "change": partial(changes.change_of, letters=style.change_letters),
        "status": partial(changes.change_of, letters=style.status_letters),
        "currency": partial(_same_currency, installation.currency),
        "country": _country,
        "kind": _kind,
    }
    return special.get(name, _name)


class _Amounts:
    """Reads amounts of a column: prices in the unit that its heading, or the cell itself, names."""

    def __init__(self, name: str, heading: str, decimal_sign: str, currency: str) -> None:
        said = read_heading(heading)
        self._decimal_sign, self._currency = decimal_sign, currency
        self._is_per_minute = name in PRICES or name == "minute_surcharge"
        self._coin = Fraction(1, CENTS) if said.is_in_cents else cells.ONE
        self._seconds = said.seconds or MINUTE

    def read(self, cell: Cell) -> Decimal | None:
        seconds = self._seconds
        if isinstance(cell, str) and len(cell) <= _LONGEST_AMOUNT and (unit := _PER.search(cell)):
            cell, seconds = cell[: unit.start()], _UNIT_OF[unit[1][0].lower()]
        if not self._is_per_minute:
            seconds = MINUTE
        scale = self._coin * Fraction(MINUTE, seconds)
        return cells.amount_of(cell, self._decimal_sign, self._currency, cells.ONE if scale == 1 else scale)


class _Dates:
    """Reads dates of a column, in the order and the zone that its heading names, if it does."""

    def __init__(self, name: str, heading: str, order: str, today: date) -> None:
        self._read = dates.end_of if name == "ends" else dates.date_of
        self._order, self._today = order, today
        self._zone: tzinfo | None = dates.zone_in_heading(heading)

    def read(self, cell: Cell) -> date | None:
        told = dates.date_order_of(cell)
        if told not in {"", dates.UNSURE, self._order} and isinstance(cell, str) and "." not in cell.partition(" ")[0]:
            raise CellError("date_mixed")
        return self._read(cell, self._order, self._today, self._zone)


def _same_currency(currency: str, cell: Cell) -> str:
    text = text_of(cell).upper()
    if text and not cells.is_of_currency(text, currency):
        raise CellError("currency")
    return text


def _name(cell: Cell) -> str:
    return " ".join(UNUSUAL.sub(" ", text_of(cell)).split())[:LONGEST_NAME]


def _country(cell: Cell) -> str:
    text = cells.without_fraction(text_of(cell))
    found = cells.international(text)
    if not found.isdigit():
        raise CellError("country_code")
    return found


def _kind(cell: Cell) -> str:
    return changes.kind_of(text_of(cell))
