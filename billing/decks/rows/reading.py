"""Rows of a price list → what it says, with every error and open question by row and column; pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from billing.decks.cells.kind_ranges import KindUnknown, Target, targets_of
from billing.decks.cells.prefixes import CellQuestion, is_plain_prefix
from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout
from billing.decks.columns.parsers import parsers_of
from billing.decks.columns.roles import BLOCKS, HOURS, MONEY, PRICES, PRICES_OF_KINDS, SECONDS
from billing.decks.columns.styles import style_of
from billing.decks.rows.lines import Line, Reading
from billing.decks.rows.meanings import settle_meanings
from billing.decks.rows.patterns import RowPatterns, prefix_role
from billing.decks.rows.rates import RowRate, dearer, rates_of, unpriced_rate
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import CellError, InputError, column_letter

PROGRESS_EVERY = 10_000
# The world's finest lists have some hundred thousand; ranges could name billions in a few rows.
MOST_LINES = 2_000_000
HIGHER = "higher"
ABOUT_CHANGE = frozenset({"change", "status", "blocked", "allowed", "active", "discontinued"})
FROM_ALL = [""]
WITHOUT_PRICE = frozenset({"delete", "blocked"})
# Words of a line above the headings by which a currency in it is that of the list: Currency: USD, Preços em US$.
ABOUT_CURRENCY = frozenset(
    ["currency", "moeda", "moneda", "prices", "rates", "precos", "precios", "tarifas", "valores"]
)
_RATED = (*MONEY, *BLOCKS, *SECONDS)


def read_lines(
    rows: Sequence[Sequence[Cell]],
    layout: Layout,
    installation: Installation,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Reading:
    """Read a list whose layout is known; an open question leaves it unread, since all of it hangs on the answer."""
    if not layout.is_complete:
        return Reading(questions=[InputError("columns", layout.heading_row)])
    if layout.unclear >= 0:
        heading = layout.headings[layout.unclear]
        return Reading(questions=[InputError("columns", layout.heading_row, column_letter(layout.unclear), heading)])
    reader = _Reader(rows, layout, installation)
    if reader.reading.questions:
        return reader.reading
    for number in range(layout.heading_row, len(rows)):
        if number % PROGRESS_EVERY == 0:
            progress(number, len(rows))
        if not reader.read_row(number + 1, rows[number]):
            return reader.reading
    _refuse_doubled(reader.reading, reader.prefix_letter)
    settle_meanings(reader.reading, layout.answers, installation.plan, reader.prefix_letter)
    if not reader.reading.lines and not reader.reading.errors and not reader.reading.questions:
        reader.reading.errors.append(InputError("no_lines", layout.heading_row))
    return reader.reading


class _Reader:
    """Reads row by row; what columns say of themselves as a whole is found first."""

    def __init__(self, rows: Sequence[Sequence[Cell]], layout: Layout, installation: Installation) -> None:
        self.reading = Reading()
        self.is_full = False
        self._columns, self._answers = layout.columns, layout.answers
        self._refuse_other_currency(rows, layout, installation.currency)
        style = style_of(rows, layout)
        self._patterns = RowPatterns(rows, layout, style, installation)
        self.reading.questions += style.questions + self._patterns.questions
        self._today = installation.today
        self._prefix_index = layout.columns.get("prefix", -1)
        self._tells_change = not ABOUT_CHANGE.isdisjoint(layout.columns)
        self._parsers = parsers_of(layout, style, installation)
        # Most cells of a column are the same few: each is read once, as are the rates that come of them.
        self._known: dict[str, dict[Cell, Any]] = {name: {} for name in self._parsers}
        self._rated = itemgetter(*(name for name in self._parsers if name in _RATED))
        self._rates: dict[tuple[Any, ...], list[RowRate]] = {}
        kinds = [name.removesuffix("_price") for name in layout.columns if name in PRICES_OF_KINDS]
        self._kinds = kinds if kinds and "price" not in layout.columns else ["", *kinds]
        self._hours = {name: layout.answers.get(name) or installation.hours.get(name, "") for name in HOURS}

    def _refuse_other_currency(self, rows: Sequence[Sequence[Cell]], layout: Layout, currency: str) -> None:
        for name in MONEY:
            heading = layout.heading_of(name)
            if named := cells.currencies_in(heading) - {currency}:
                place = column_letter(layout.columns[name])
                error = InputError("currency", layout.heading_row, place, f"{heading}: {min(named)}")
                self.reading.errors.append(error)
        above = [] if self.reading.errors else rows[: max(layout.heading_row - 1, 0)]
        for number, row in enumerate(above, start=1):
            said = " ".join(str(cell) for cell in row if cell)
            named = cells.currencies_in(said)
            if named and currency not in named and ABOUT_CURRENCY & set(cells.simplified(said).split("_")):
                self.reading.errors.append(InputError("currency", number, "A", said))

    @property
    def prefix_letter(self) -> str:
        """Return the letter of the column that prefixes stand in."""
        return column_letter(self._columns.get("area", self._columns.get("prefix", 0)))

    def read_row(self, number: int, row: Sequence[Cell]) -> bool:
        """Read one row into lines, or into an error; return False where the list is too long to go on."""
        filled = [cell for cell in row if cell not in (None, "")]
        if len(filled) == 1 and _is_remark(filled[0]):
            self.reading.left_out += 1
        elif filled:
            self._read_filled(number, row)
        return not self.is_full

    def _read_filled(self, number: int, row: Sequence[Cell]) -> None:
        reading = self.reading
        errors, questions = len(reading.errors), len(reading.questions)
        values = {name: self._value(name, number, row) for name in self._parsers}
        patterns = self._of_prefix(number, row, values.get("country") or "")
        origins = self._of_origin(number, row)
        if len(reading.errors) > errors or len(reading.questions) > questions:
            return
        if not patterns:
            self._without_prefix(number, row, values)
            return
        reading.rows += 1
        self._add_lines(number, row, values, patterns, origins)

    def _add_lines(
        self, number: int, row: Sequence[Cell], values: Mapping[str, Any], patterns: list[str], origins: list[str]
    ) -> None:
        change = _change_of(values) if self._tells_change else ""
        if values.get("exact"):
            self._ask("exact", number, "exact", row)
        begins, ends = values.get("effective"), values.get("ends")
        if begins is not None and ends is not None and not _is_before(begins, ends):
            self._add_error("ends_before", number, "ends", row)
        name, row_kind, lines = values.get("name") or "", self._kind_of(values), self.reading.lines
        for hours, kind, rate in self._rates_of(number, row, values, change):
            if hours and not self._hours[hours]:
                self._ask(hours, number, _first_price(self._columns, hours), row)
                continue
            key = self._hours[hours] if hours else ""
            if kind or row_kind:
                targets = self._targets(number, row, patterns, origins, kind or row_kind)
                lines += [Line(number, *target, name, rate, begins, change, key, ends) for target in targets]
            else:
                lines += [
                    Line(number, pattern, origin, name, rate, begins, change, key, ends)
                    for pattern in patterns
                    for origin in origins
                ]
        if len(lines) > MOST_LINES:
            self._add_error("too_many_prefixes", number, prefix_role(self._columns), row)
            self.is_full = True

    def _rates_of(self, number: int, row: Sequence[Cell], values: Mapping[str, Any], change: str) -> list[RowRate]:
        """Return a row's rates, each of hours that are known; rows that need no price have one without."""
        key = (change if change in WITHOUT_PRICE else "", self._rated(values))
        rates = self._rates.get(key)
        if rates is None:
            is_blocked = change == "blocked"
            rates = rates_of(values, is_blocked=is_blocked)
            if change in WITHOUT_PRICE:
                known = {rate.kind for rate in rates if not rate.hours}
                unpriced = unpriced_rate(values, is_blocked=is_blocked)
                rates += [RowRate("", kind, unpriced) for kind in self._kinds if kind not in known]
            rates = self._rates[key] = self._with_known_hours(rates)
        if not rates or all(rate.hours for rate in rates):
            self._add_error("price_missing", number, _first_price(self._columns), ())
        return rates

    def _with_known_hours(self, rates: list[RowRate]) -> list[RowRate]:
        """Leave out hours whose rate is that of all hours, and those for which a person chose the higher price."""
        plain = next((rate for rate in rates if not rate.hours and not rate.kind), None)
        found = [rate for rate in rates if not rate.hours or plain is None or rate.rate != plain.rate]
        for rate in [rate for rate in found if plain is not None and self._hours.get(rate.hours) == HIGHER]:
            found.remove(rate)
            dearest = dearer(found[0].rate, rate.rate)
            found[0] = found[0]._replace(rate=dearest)
        return found

    def _kind_of(self, values: Mapping[str, Any]) -> str:
        """Return what the row says of the kind of number; a prefix says it itself, and is not narrowed by words."""
        return "" if "prefix" in self._columns else values.get("kind") or ""

    def _targets(
        self, number: int, row: Sequence[Cell], patterns: list[str], origins: list[str], kind: str
    ) -> list[Target]:
        """Return the prefixes of a kind of number below those of a row, each with the origin that it is for."""
        try:
            found = [target for pattern in patterns for target in targets_of(pattern, kind, self._today)]
        except KindUnknown:
            self._ask("kind", number, f"{kind}_price" if f"{kind}_price" in self._columns else "kind", row)
            return []
        return [
            Target(pattern, own or origin) for pattern, own in found for origin in (origins[:1] if own else origins)
        ]

    def _without_prefix(self, number: int, row: Sequence[Cell], values: Mapping[str, Any]) -> None:
        # A footer has neither; a price alone is a row that somebody broke.
        if any(values.get(name) is not None for name in PRICES):
            self._add_error("prefix_missing", number, prefix_role(self._columns), row)
        else:
            self.reading.left_out += 1

    def _of_prefix(self, number: int, row: Sequence[Cell], country: str) -> list[str]:
        index = self._prefix_index
        if 0 <= index < len(row) and is_plain_prefix(row[index]):
            return [str(row[index])]
        name = "prefix" if "prefix" in self._columns else "area"
        return self._read(name, number, row, lambda: self._patterns.patterns_of(row, country))

    def _of_origin(self, number: int, row: Sequence[Cell]) -> list[str]:
        if "origin" not in self._columns:
            return FROM_ALL
        return self._read("origin", number, row, lambda: self._patterns.origins_of(row))

    def _read(self, name: str, number: int, row: Sequence[Cell], read: Callable[[], list[str]]) -> list[str]:
        try:
            return read()
        except CellError as error:
            self._add_error(error.code, number, name, row)
        except CellQuestion as question:
            self._ask(question.code, number, name, row)
        return []

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
            self._add_error(error.code, number, name, row)
            return None
        return value

    def _add_error(self, code: str, number: int, name: str, row: Sequence[Cell]) -> None:
        self.reading.errors.append(self._said(code, number, name, row))

    def _ask(self, code: str, number: int, name: str, row: Sequence[Cell]) -> None:
        if code not in self._answers:
            self.reading.questions.append(self._said(code, number, name, row))

    def _said(self, code: str, number: int, name: str, row: Sequence[Cell]) -> InputError:
        index = self._columns.get(name, 0)
        cell = row[index] if index < len(row) else ""
        return InputError(code, number, column_letter(index), "" if cell is None else str(cell))


def _change_of(values: Mapping[str, Any]) -> str:
    """Return what all columns about it say of a row: taken out, blocked, or the list's word for its price."""
    words = (values.get("change") or "", values.get("status") or "")
    if "delete" in words or values.get("discontinued") or values.get("active") is False:
        return "delete"
    if "blocked" in words or values.get("blocked") or values.get("allowed") is False:
        return "blocked"
    return words[0] or words[1]


def _first_price(columns: Mapping[str, int], hours: str = "") -> str:
    return next(name for name in PRICES if name in columns and name.startswith(hours))


def _is_before(begins: date, ends: date) -> bool:
    if isinstance(begins, datetime) and isinstance(ends, datetime) and (begins.tzinfo is None) == (ends.tzinfo is None):
        return begins < ends
    return day_of(begins) < day_of(ends) or (day_of(begins) == day_of(ends) and isinstance(ends, datetime))


def day_of(moment: date) -> date:
    """Return the day of a day or a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def _is_remark(cell: Cell) -> bool:
    """Tell whether the only cell of a row is words, as under a list: End of list."""
    return isinstance(cell, str) and cell[0].isalpha() and any(map(str.isspace, cell))


def _refuse_doubled(reading: Reading, column: str) -> None:
    """Of lines with one prefix, origin, hours and day keep the first; others of the same content are left out."""
    seen: dict[tuple[str, str, str, date | None], Line] = {}
    for line in reading.lines:
        key = (line.pattern, line.origin, line.hours, line.begins)
        first = seen.setdefault(key, line)
        if first is line:
            continue
        if (first.rate, first.change == "delete", first.ends) == (line.rate, line.change == "delete", line.ends):
            reading.repeated += 1
        else:
            reading.errors.append(InputError("doubled", line.row, column, line.pattern, first.row))
    reading.lines = list(seen.values())
