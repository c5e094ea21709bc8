"""Rows of a price list → what it says, with every error and open question by row and column; pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing.decks import dates
from billing.decks.columns import Layout
from billing.decks.lines import DeckRate, Line, Reading
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell, text_of
from voipadmin.core.sheets.input_errors import CellError, InputError, column_letter

ZERO = Decimal(0)
PROGRESS_EVERY = 10_000
# The world's finest lists have some hundred thousand; ranges could name billions in a few rows.
MOST_LINES = 2_000_000
UNUSUAL = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿĀ-ž0-9_ .,'&()/ºª+:@-]")
LONGEST_NAME = 120
WITHOUT_PRICE = frozenset({"delete", "blocked"})


def read_lines(
    rows: Sequence[Sequence[Cell]],
    layout: Layout,
    *,
    currency: str,
    today: date,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Reading:
    """Read a list whose layout is known; an open question leaves it unread, since all of it hangs on the answer."""
    if not layout.is_complete:
        return Reading(questions=[InputError("columns", layout.heading_row)])
    if layout.unclear >= 0:
        heading = layout.headings[layout.unclear]
        return Reading(questions=[InputError("columns", layout.heading_row, column_letter(layout.unclear), heading)])
    reader = _Reader(rows, layout, currency, today)
    if reader.reading.questions:
        return reader.reading
    for number in range(layout.heading_row, len(rows)):
        if number % PROGRESS_EVERY == 0:
            progress(number, len(rows))
        if not reader.read_row(number + 1, rows[number]):
            return reader.reading
    _refuse_doubled(reader.reading, reader.prefix_letter)
    if not reader.reading.lines and not reader.reading.errors:
        reader.reading.errors.append(InputError("no_lines", layout.heading_row))
    return reader.reading


class _Reader:
    """Reads row by row; what columns say of themselves as a whole is found first."""

    def __init__(self, rows: Sequence[Sequence[Cell]], layout: Layout, currency: str, today: date) -> None:
        self.reading = Reading()
        self.is_full = False
        self._columns, self._answers = layout.columns, layout.answers
        self._currency, self._today = currency, today
        self._rows, self._begin = rows, layout.heading_row
        self._refuse_other_currency(layout)
        amounts = ("price", "connect_fee", "minimum_charge")
        self._decimal_sign = self._settle("decimal", amounts, _decimal_sign) or "."
        self._date_order = self._settle("date_order", ("effective",), dates.date_order_of) or "dmy"
        self._parsers: Mapping[str, Callable[[Cell], Any]] = {
            **dict.fromkeys(amounts, self._amount),
            **dict.fromkeys(("initial", "increment", "free"), cells.seconds_of),
            "blocks": cells.blocks_of,
            "effective": self._date,
            "change": cells.change_of,
            "currency": self._same_currency,
            "name": _name,
            "country": _country,
        }
        # Most cells of a column are the same few: each is read once.
        self._known: dict[str, dict[Cell, Any]] = {name: {} for name in self._parsers}
        self._valued = [name for name in self._columns if name in self._parsers and name != "country"]

    def _refuse_other_currency(self, layout: Layout) -> None:
        for name in ("price", "connect_fee", "minimum_charge"):
            index = self._columns.get(name, -1)
            heading = layout.headings[index] if 0 <= index < len(layout.headings) else ""
            if named := cells.currencies_in(heading) - {self._currency}:
                place = column_letter(index)
                self.reading.errors.append(
                    InputError("currency", layout.heading_row, place, f"{heading}: {min(named)}")
                )

    def _settle(self, code: str, names: Sequence[str], tell: Callable[[Cell], str]) -> str:
        """Return what the columns' cells say together; ask where they could mean two things."""
        told: Counter[str] = Counter()
        unsure: InputError | None = None
        for index in [self._columns[name] for name in names if name in self._columns]:
            column = (row[index] if index < len(row) else None for row in self._rows[self._begin :])
            for cell, number in _first_rows(column, self._begin + 1).items():
                sign = tell(cell) if isinstance(cell, str) else ""
                told[sign] += 1
                if sign == "?" and unsure is None:
                    unsure = InputError(code, number, column_letter(index), str(cell))
        known = [sign for sign, _count in told.most_common() if sign not in {"", "?"}]
        if known:
            return known[0]
        if unsure is not None and code not in self._answers:
            self.reading.questions.append(unsure)
        return self._answers.get(code, "")

    def read_row(self, number: int, row: Sequence[Cell]) -> bool:
        """Read one row into lines, or into an error; return False where the list is too long to go on."""
        filled = [cell for cell in row if cell not in (None, "")]
        if len(filled) == 1 and _is_remark(filled[0]):
            self.reading.left_out += 1
        elif filled:
            self._read_filled(number, row)
        return not self.is_full

    def _read_filled(self, number: int, row: Sequence[Cell]) -> None:
        errors = len(self.reading.errors)
        patterns = self._patterns(number, row)
        values = {name: self._value(name, number, row) for name in self._valued}
        origins = (self._codes("origin", number, row) or [""]) if "origin" in self._columns else [""]
        if len(self.reading.errors) > errors:
            return
        self.reading.rows += 1
        if not patterns:
            self._without_prefix(number, row, values)
            return
        rate = self._rate(number, values)
        if rate is None:
            return
        if len(self.reading.lines) + len(patterns) * len(origins) > MOST_LINES:
            self._error("too_many_prefixes", number, self._prefix_column, row)
            self.is_full = True
            return
        for pattern in patterns:
            for origin in origins:
                self.reading.lines.append(
                    Line(number, pattern, origin, values.get("name") or "", rate, values.get("effective"),
                         values.get("change") or "")
                )  # fmt: skip

    def _without_prefix(self, number: int, row: Sequence[Cell], values: Mapping[str, Any]) -> None:
        # A footer has neither; a price alone is a row that somebody broke.
        if values.get("price") is not None:
            self._error("prefix_missing", number, self._prefix_column, row)
        else:
            self.reading.left_out += 1

    @property
    def prefix_letter(self) -> str:
        """Return the letter of the column that prefixes stand in."""
        return column_letter(self._columns.get("area", self._columns.get("prefix", 0)))

    @property
    def _prefix_column(self) -> str:
        return "prefix" if "prefix" in self._columns else "country"

    def _patterns(self, number: int, row: Sequence[Cell]) -> list[str]:
        if "prefix" in self._columns:
            return self._codes("prefix", number, row)
        country = self._value("country", number, row)
        areas = self._codes("area", number, row, cells.codes_of)
        if not country:
            return []
        found = [country + area for area in areas] or [country]
        if any(len(pattern) > cells.LONGEST_PREFIX for pattern in found):
            self._error("prefix", number, "area", row)
        return found

    def _codes(
        self, name: str, number: int, row: Sequence[Cell], read: Callable[[Cell], list[str]] = cells.prefixes_of
    ) -> list[str]:
        index = self._columns.get(name)
        cell = row[index] if index is not None and index < len(row) else None
        try:
            found = read(cell)
        except CellError as error:
            self._error(error.code, number, name, row)
            return []
        if "rounded" not in self._answers and cells.was_shortened(cell):
            self._ask("rounded", number, name, row)
        if "several" not in self._answers and name != "area" and cells.may_be_grouped(cell):
            self._ask("several", number, name, row)
        return found

    def _value(self, name: str, number: int, row: Sequence[Cell]) -> Any:
        index = self._columns[name]
        cell = row[index] if index < len(row) else None
        if cell is None or cell == "":
            return None
        known = self._known[name]
        if cell in known:
            return known[cell]
        try:
            value = known[cell] = self._parsers[name](cell)
        except CellError as error:
            self._error(error.code, number, name, row)
            return None
        return value

    def _rate(self, number: int, values: Mapping[str, Any]) -> DeckRate | None:
        price, change = values.get("price"), values.get("change")
        if price is None and change not in WITHOUT_PRICE:
            self._error("price_missing", number, "price", ())
            return None
        initial, increment, _free = values.get("blocks") or (1, 1, None)
        increment = values.get("increment") or increment
        return DeckRate(
            price if price is not None else ZERO,
            values.get("connect_fee") or ZERO,
            values.get("minimum_charge") or ZERO,
            values.get("initial") or (increment if "increment" in values and "initial" not in values else initial),
            increment,
            values.get("free") or 0,
            change == "blocked",
        )

    def _amount(self, cell: Cell) -> Decimal | None:
        return cells.amount_of(cell, self._decimal_sign, self._currency)

    def _date(self, cell: Cell) -> date | None:
        told = dates.date_order_of(cell)
        if told not in {"", "?", self._date_order} and isinstance(cell, str) and "." not in cell:
            raise CellError("date_mixed")
        return dates.date_of(cell, self._date_order, self._today)

    def _same_currency(self, cell: Cell) -> str:
        text = text_of(cell).upper()
        if text and not cells.is_of_currency(text, self._currency):
            raise CellError("currency")
        return text

    def _error(self, code: str, number: int, name: str, row: Sequence[Cell]) -> None:
        self.reading.errors.append(self._said(code, number, name, row))

    def _ask(self, code: str, number: int, name: str, row: Sequence[Cell]) -> None:
        self.reading.questions.append(self._said(code, number, name, row))

    def _said(self, code: str, number: int, name: str, row: Sequence[Cell]) -> InputError:
        index = self._columns.get(name, 0)
        cell = row[index] if index < len(row) else ""
        return InputError(code, number, column_letter(index), "" if cell is None else str(cell))


def _first_rows(column: Iterable[Cell], start: int) -> dict[Cell, int]:
    """Return each different cell of a column with the first row that it is in."""
    found: dict[Cell, int] = {}
    for number, cell in enumerate(column, start=start):
        if cell not in found:
            found[cell] = number
    return found


def _decimal_sign(cell: Cell) -> str:
    return cells.decimal_signs(str(cell))


def _is_remark(cell: Cell) -> bool:
    """Tell whether the only cell of a row is words, as under a list: End of list."""
    return isinstance(cell, str) and cell[0].isalpha() and any(map(str.isspace, cell))


def _name(cell: Cell) -> str:
    return " ".join(UNUSUAL.sub(" ", text_of(cell)).split())[:LONGEST_NAME]


def _country(cell: Cell) -> str:
    found = cells.prefixes_of(cell)
    if len(found) != 1:
        raise CellError("country_code")
    return found[0]


def _refuse_doubled(reading: Reading, column: str) -> None:
    """Of lines with one prefix, origin and day keep the first; others of the same content are left out."""
    seen: dict[tuple[str, str, date | None], Line] = {}
    for line in reading.lines:
        key = (line.pattern, line.origin, line.begins)
        first = seen.setdefault(key, line)
        if first is line:
            continue
        if (first.rate, first.change == "delete") == (line.rate, line.change == "delete"):
            reading.repeated += 1
        else:
            reading.errors.append(InputError("doubled", line.row, column, line.pattern, first.row))
    reading.lines = list(seen.values())
