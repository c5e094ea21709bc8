"""Which column of a price list is what: by its heading and its values, or as in the provider's last deck."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from billing.decks.columns.headings import is_end_of_range, read_heading
from billing.decks.columns.roles import HARMLESS, IGNORED, LABELS, PRESENT_PRICE, PRICES, SECOND_NAME
from billing.decks.columns.values import settle_by_values
from voipadmin.core.sheets.cells import Cell, simplified
from voipadmin.core.sheets.input_errors import FileError, column_letter

SEARCHED_ROWS = 40
# Answers about how a carrier writes, which the next list is read by; the others are about one list.
LASTING = frozenset(
    {
        "date_order",
        "decimal",
        "hyphen",
        "countries",
        "blanks",
        "country",
        "letter",
        "status_number",
        "off_peak",
        "weekend",
        "code_or_number",
    }
)


@dataclass(slots=True)
class Layout:
    """The columns of a list by what they are (from 0), the row of its headings (0: none), and answers to questions.

    `unused` names the columns that a person left out, by their simplified headings or, without one, their letters.
    """

    columns: dict[str, int] = field(default_factory=dict)
    heading_row: int = 0
    headings: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    # A column that could be what another one is taken to be, -1 where there is none: which of them it is, is asked.
    unclear: int = -1

    @property
    def is_complete(self) -> bool:
        """Tell whether prefix (or area code) and price are known."""
        return not self.columns.keys().isdisjoint(PRICES) and not self.columns.keys().isdisjoint({"prefix", "area"})

    def heading_of(self, name: str) -> str:
        """Return what stands over the column of that role, or nothing."""
        index = self.columns.get(name, -1)
        return self.headings[index] if 0 <= index < len(self.headings) else ""

    def key_of(self, index: int) -> str:
        """Return the name under which a column is remembered as unused."""
        heading = simplified(self.headings[index]) if index < len(self.headings) else ""
        return heading or column_letter(index)

    def kept(self) -> dict[str, Any]:
        """Return the layout as it is stored."""
        return {name: value for name, value in asdict(self).items() if name != "unclear"}

    def remembered(self) -> dict[str, Any]:
        """Return what the provider's next deck begins with: the answers that hold for its style, not for one list."""
        lasting = {key: value for key, value in self.answers.items() if key in LASTING}
        return self.kept() | {"answers": lasting}


def layout_of(kept: Mapping[str, Any]) -> Layout:
    """Return a layout that was stored."""
    return Layout(
        {name: int(index) for name, index in kept.get("columns", {}).items() if name in LABELS},
        int(kept.get("heading_row", 0)),
        [str(text) for text in kept.get("headings", [])],
        dict(kept.get("answers", {})),
        [str(text) for text in kept.get("unused", [])],
    )


def find_sheet(sheets: Mapping[str, Sequence[Sequence[Cell]]], last: Layout) -> Sequence[Sequence[Cell]]:
    """Return the rows of the sheet that is a list, else of the longest; two lists are not one, whichever was meant."""
    lists = [name for name, rows in sheets.items() if find_layout(rows, last).is_complete]
    if len(lists) > 1:
        raise FileError("several_sheets", value=", ".join(lists))
    return sheets[lists[0]] if lists else max(sheets.values(), key=len)


def find_layout(rows: Sequence[Sequence[Cell]], last: Layout) -> Layout:
    """Return how a list is laid out: as the last one where its headings are there, else by the headings' words."""
    for number, headings in _heading_rows(rows):
        places, unclear = _places_as_before(headings, last)
        if places:
            found = Layout(places, number, headings, dict(last.answers), list(last.unused), unclear)
            if found.is_complete:
                return _below_headings(rows, found)
    return _below_headings(rows, _guess(rows, last))


def told_layout(rows: Sequence[Sequence[Cell]], told: Layout) -> Layout:
    """Return a layout whose columns a person named, below its headings."""
    found = _below_headings(
        rows, Layout(dict(told.columns), told.heading_row, [], dict(told.answers), list(told.unused))
    )
    above = [headings for number, headings in _heading_rows(rows) if number <= found.heading_row]
    # Of several rows of headings the one that has most of the named columns is looked for in the next list.
    found.headings = max(reversed(above), key=lambda row: _filled(row, told.columns.values()), default=[])
    return found


def _heading_rows(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that could be headings with their number, and each with the next one where that is words, too.

    A merged cell has its words in its first cell only: an upper row's words hold for the empty cells to the right.
    """
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        upper = _shown(row)
        yield number, upper
        below = rows[number] if number < len(rows) else ()
        if any(isinstance(cell, str) and cell for cell in below) and not any(
            _holds(below, i) for i in range(len(below))
        ):
            yield number + 1, _over_two_rows(upper, _shown(below))


def _over_two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    found, last = [], ""
    for index in range(max(len(upper), len(lower))):
        above = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        last = above or last
        both = f"{last} {below}".strip() if below else above
        # Where both together say nothing that is known, the lower one may: Rates, Set-up fee.
        found.append(both if read_heading(both).role or not read_heading(below).role else below)
    return found


def _places_as_before(headings: list[str], last: Layout) -> tuple[dict[str, int], int]:
    """Return the columns of a row of headings in which all of the last list's are found, and the first unclear one."""
    plain, wanted = [simplified(text) for text in headings], [simplified(text) for text in last.headings]
    if plain == wanted:
        places = {name: index for name, index in last.columns.items() if index < len(wanted) and wanted[index]}
    else:
        places = {
            name: plain.index(wanted[index])
            for name, index in last.columns.items()
            if index < len(wanted) and wanted[index] and plain.count(wanted[index]) == 1
        }
    if not places or places.keys() != last.columns.keys():
        return {}, -1
    # A column that the last list did not have is found by its own heading; it could be what another one was.
    found, unclear = _columns_of([text if simplified(text) not in wanted else "" for text in headings])
    rivals = [index for name, index in found.items() if name in places and name not in HARMLESS]
    return found | places, min([index for index in (unclear, *rivals) if index >= 0], default=-1)


def _filled(row: Sequence[str], indexes: Collection[int]) -> int:
    return sum(index < len(row) and bool(row[index]) for index in indexes)


def _below_headings(rows: Sequence[Sequence[Cell]], layout: Layout) -> Layout:
    """Return a layout whose last row of headings is the one above the first prefix or price."""
    if layout.is_complete:
        last = layout.heading_row
        places = [index for name, index in layout.columns.items() if name in {"prefix", "country", "area", *PRICES}]
        for number, row in enumerate(rows[layout.heading_row : SEARCHED_ROWS], start=layout.heading_row + 1):
            if any(_holds(row, place) for place in places):
                layout.heading_row = last
                break
            if any(cell not in (None, "") for cell in row):
                last = number
    return layout


def _holds(row: Sequence[Cell], index: int) -> bool:
    """Tell whether a cell holds a number or a formula, not words about numbers."""
    text = "" if index >= len(row) or row[index] is None else str(row[index]).strip()
    return text.startswith("=") or (any(map(str.isdigit, text)) and not text[:1].isalpha())


def _guess(rows: Sequence[Sequence[Cell]], last: Layout) -> Layout:
    best, known = Layout(answers=dict(last.answers), unused=list(last.unused)), (0, 0)
    for number, headings in _heading_rows(rows):
        columns, unclear = _columns_of(headings)
        units = sum(read_heading(headings[index]).seconds is not None for index in columns.values())
        if (len(columns), units) > known:
            best.columns, best.heading_row, best.headings, best.unclear = columns, number, headings, unclear
            known = (len(columns), units)
    settle_by_values(best.columns, best.headings, rows[best.heading_row :])
    return best


def _columns_of(headings: Sequence[str]) -> tuple[dict[str, int], int]:
    """Return the columns by their headings, and the first that could be what another one is; -1 where there is none."""
    columns: dict[str, int] = {}
    unclear: list[int] = []
    for index, heading in enumerate(headings):
        role = read_heading(heading).role
        if role and role != IGNORED and columns.setdefault(role, index) != index and role not in HARMLESS:
            unclear.append(index)
    # Two columns are the ends of a range; one of them alone would price no more than itself.
    ends = [index for index, heading in enumerate(headings) if is_end_of_range(heading)]
    unclear += ends[1:2]
    # Where the list has nothing better, these are it.
    for second, role in ((SECOND_NAME, "name"), (PRESENT_PRICE, "price")):
        index = columns.pop(second, -1)
        if index >= 0 and role not in columns:
            columns[role] = index
    return columns, min(unclear, default=-1)


def _shown(row: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else str(cell)[:60] for cell in row]
