"""Rows of a list -> the numbers that they name, with the values beside them.

1. Find the columns by their headings; a list of one column needs none.
2. Read each row: what each of its numbers can be, and its values. What cannot be read is a fault with row and column.
3. Decide from all rows together where national numbers are; where nothing tells, ask.
4. Write ranges out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numbering.did_lists.choice import Country, Unsure, chosen, evidence_of
from numbering.did_lists.headings import Columns, find_columns
from numbering.did_lists.items import Item, NumberFault, RowReader, shown
from numbering.did_lists.ranges import MOST_OF_A_RANGE, numbers_between, numbers_from
from numbering.did_lists.values import ValueReader, is_out_of_service
from voipadmin.core.sheets.cells import Cell, is_digits, whole_text_of
from voipadmin.core.sheets.input_errors import CellError, InputError

MOST_NUMBERS = 100_000
# So many faults say enough of a list.
MOST_FAULTS = 1_000
HOME_OF_PORTUGUESE = "BR"


@dataclass(frozen=True, slots=True)
class ListedNumber:
    """A number of a list, the row that names it, how it is written there, and the values beside it."""

    number: str
    row: int
    text: str
    values: Mapping[str, Any]


@dataclass
class ListReading:
    """What a list says, and the faults and questions that forbid to use it."""

    columns: Columns
    numbers: list[ListedNumber] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    items: Sequence[Item]
    count: int
    values: Mapping[str, Any]
    # Where the row's national numbers are.
    country: Country


def read_list(
    rows: Sequence[Sequence[Cell]], country: Country, values: ValueReader, *, has_own: bool = False
) -> ListReading:
    """Return what the rows name; `has_own` tells whether the provider's other numbers are of the list's country."""
    columns = find_columns(rows) or _without_headings(rows)
    if columns is None:
        return ListReading(Columns(0, {}), errors=[InputError("columns")])
    reader = _ListReader(rows, columns, country, values)
    reader.read()
    reader.resolve(has_own=has_own)
    return reader.reading


def _without_headings(rows: Sequence[Sequence[Cell]]) -> Columns | None:
    """Return the one column of a list that is nothing but numbers."""
    filled = [row for row in rows if any(cell not in (None, "") for cell in row)]
    bare = all(any(sign.isdigit() for sign in str(row[0])) for row in filled)
    return Columns(-1, {"number": 0}) if filled and bare and max(map(len, filled)) == 1 else None


class _ListReader:
    def __init__(self, rows: Sequence[Sequence[Cell]], columns: Columns, country: Country, values: ValueReader) -> None:
        self._columns, self._country, self._values = columns, country, values
        self._body = list(enumerate(rows[columns.heading_row + 1 :], start=columns.heading_row + 2))
        self._entries: list[_Entry] = []
        self._readers: dict[tuple[str, ...], RowReader] = {}
        self.reading = ListReading(columns)

    def read(self) -> None:
        """Read every row by itself."""
        costs = [self._columns.cell("monthly_cost", row) for _number, row in self._body]
        self._values.look_at(costs, self._columns.cost_currencies)
        named = 0
        for number, row in self._body:
            if any(cell not in (None, "") for cell in row):
                named += self._read_row(number, row)
            if named > MOST_NUMBERS:
                self._too_many(number)
            if named > MOST_NUMBERS or len(self.reading.errors) >= MOST_FAULTS:
                return

    def resolve(self, *, has_own: bool) -> None:
        """Decide where national numbers are, and write the numbers out."""
        prefers_own = self._prefers_own(has_own=has_own)
        for entry in self._entries:
            for item in entry.items:
                try:
                    keys = self._keys(item, entry, prefers_own=prefers_own)
                except Unsure:
                    # One question is enough: its answer is the whole list's.
                    readings = ", ".join(map(shown, item.first.all))
                    self._value(entry.row, "number", "country_unsure", item.text, readings)
                    return
                except NumberFault as fault:
                    self._value(entry.row, "number", fault.code, fault.value, ", ".join(fault.readings))
                    continue
                self.reading.numbers += [ListedNumber(key, entry.row, item.text, entry.values) for key in keys]
            if len(self.reading.numbers) > MOST_NUMBERS:
                self._too_many(entry.row)
                return

    def _prefers_own(self, *, has_own: bool) -> bool:
        region = self._country.plan.region
        ends = (readings for entry in self._entries for item in entry.items for readings in (item.first, item.last))
        evidence = evidence_of(ends, region)
        told = self._columns.is_portuguese and region == HOME_OF_PORTUGUESE
        is_own = evidence.national or told or has_own or "area" in self._columns.index_of
        return is_own and not evidence.foreign and not self._columns.is_north_american

    def _keys(self, item: Item, entry: _Entry, *, prefers_own: bool) -> list[str]:
        first, last = (chosen(one, entry.country, prefers_own=prefers_own) for one in (item.first, item.last))
        for number in (first, last):
            if not number.is_readable:
                raise NumberFault(f"number_{number.reason}", item.text)
        keys = numbers_between(first, last, item.text, self._country.plan)
        if entry.count > 1 and first != last and entry.count != len(keys):
            raise NumberFault("count_contradicts", item.text, str(len(keys)))
        if entry.count == 1 or first != last:
            return keys
        return numbers_from(first, entry.count, item.text, self._country.plan)

    def _read_row(self, number: int, row: Sequence[Cell]) -> int:
        """Read one row; return how many items it has."""
        before = len(self.reading.errors)
        if (beyond := self._columns.beyond(row)) is not None:
            self._value(number, "", "row_longer", beyond)
        if is_out_of_service(self._columns.cell("status", row)):
            self._value(number, "status", "not_in_service", self._columns.cell("status", row))
        values = self._values.read(lambda name: self._columns.cell(name, row), lambda *told: self._value(number, *told))
        reader = self._attempt(number, row, "number", lambda: self._reader_of(row))
        items = self._attempt(number, row, "number", lambda: self._items(row, reader)) if reader else None
        count = self._attempt(number, row, "count", lambda: self._count(row))
        if items == []:
            self._fault(InputError("number_missing", number, self._columns.letter("number")))
        if len(self.reading.errors) == before:
            self._entries.append(_Entry(number, items or [], count or 1, values, reader.country))
        return len(items or ())

    def _reader_of(self, row: Sequence[Cell]) -> RowReader:
        """Return the reader of rows with these values beside the number; raise NumberFault."""
        roles = ("calling_code", "area", "lead", "country")
        code, area, lead, named = (whole_text_of(self._columns.cell(role, row)) for role in roles)
        key = code, area, lead, named
        if key not in self._readers:
            self._readers[key] = RowReader(self._country, *key)
        return self._readers[key]

    def _items(self, row: Sequence[Cell], reader: RowReader) -> list[Item]:
        cell = self._columns.cell
        if "first" in self._columns.index_of:
            return reader.between(cell("first", row), cell("last", row))
        return reader.items(cell("number", row))

    def _count(self, row: Sequence[Cell]) -> int:
        text = whole_text_of(self._columns.cell("count", row))
        if not text:
            return 1
        if not is_digits(text) or len(text) > len(str(MOST_OF_A_RANGE)) or not 1 <= int(text) <= MOST_OF_A_RANGE:
            raise NumberFault("count", text)
        return int(text)

    def _attempt(self, number: int, row: Sequence[Cell], role: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except NumberFault as fault:
            place = "country" if fault.code == "country_unknown" else role
            self._value(number, place, fault.code, fault.value, ", ".join(fault.readings))
        except CellError as error:
            self._value(number, role, error.code, self._columns.cell(role, row))
        return None

    def _value(self, number: int, role: str, code: str, cell: Cell, readings: str = "") -> None:
        text = "" if cell is None else str(cell)
        self._fault(InputError(code, number, self._columns.letter(role), text, readings=readings))

    def _too_many(self, number: int) -> None:
        self._fault(InputError("too_many_numbers", number, "", str(MOST_NUMBERS)))

    def _fault(self, error: InputError) -> None:
        self.reading.errors.append(error)
