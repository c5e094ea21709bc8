"""How a list writes amounts, dates, letters and lists of prefixes: told by its columns as a whole, else asked; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from billing.decks.cells import changes, dates
from billing.decks.columns.layout import Layout
from billing.decks.columns.roles import DATES, MONEY
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import InputError, column_letter

ACTIVE_IS = "status_number"


@dataclass(slots=True)
class Style:
    """What holds for all rows of a list, and what has to be asked before any of them is read."""

    decimal_sign: str = "."
    date_order: str = dates.DMY
    # What single letters and numbers mean in the columns about change and status.
    change_letters: dict[str, str] = field(default_factory=dict)
    status_letters: dict[str, str] = field(default_factory=dict)
    commas_part_prefixes: bool = False
    questions: list[InputError] = field(default_factory=list)


def style_of(rows: Sequence[Sequence[Cell]], layout: Layout) -> Style:
    """Return the style of the rows below the headings."""
    return _Settling(rows, layout).settle()


class _Settling:
    def __init__(self, rows: Sequence[Sequence[Cell]], layout: Layout) -> None:
        self._layout, self._answers = layout, layout.answers
        self._first = layout.heading_row + 1
        self._body = rows[layout.heading_row :]
        self._style = Style()
        self._cells: dict[str, dict[Cell, int]] = {}

    def settle(self) -> Style:
        style = self._style
        style.decimal_sign = self._told("decimal", MONEY, _decimal_sign) or style.decimal_sign
        named = filter(None, (dates.order_in_heading(self._layout.heading_of(name)) for name in DATES))
        style.date_order = next(named, "") or self._told("date_order", DATES, dates.date_order_of) or style.date_order
        style.change_letters = self._letters("change")
        style.status_letters = self._letters("status") | self._status_numbers()
        style.commas_part_prefixes = any(
            isinstance(cell, str)
            and "," in cell
            and not cells.may_be_grouped(cell)
            and not cells.is_spreadsheet_number(cell)
            for name in ("prefix", "origin")
            for cell in self._column(name)
        )
        return style

    def _column(self, name: str) -> dict[Cell, int]:
        """Return each different cell of a column with the first row that it is in."""
        if name not in self._cells:
            index = self._layout.columns.get(name, -1)
            column = (row[index] if index < len(row) else None for row in self._body) if index >= 0 else ()
            self._cells[name] = _first_rows(column, self._first)
        return self._cells[name]

    def _told(self, code: str, names: Sequence[str], tell: Callable[[Cell], str]) -> str:
        """Return what columns' cells say together; ask where they could mean two things."""
        told: Counter[str] = Counter()
        unsure: InputError | None = None
        for name in names:
            for cell, number in self._column(name).items():
                sign = tell(cell) if isinstance(cell, str) else ""
                told[sign] += 1
                if sign == dates.UNSURE and unsure is None:
                    unsure = self._question(code, name, cell, number)
        known = [sign for sign, _count in told.most_common() if sign not in {"", dates.UNSURE}]
        if known:
            return known[0]
        if unsure is not None and code not in self._answers:
            self._style.questions.append(unsure)
        return self._answers.get(code, "")

    def _letters(self, name: str) -> dict[str, str]:
        column = self._column(name)
        heading = cells.simplified(self._layout.heading_of(name))
        meanings = changes.meaning_of_letters(
            changes.letters_in(column), is_action=heading.startswith("ac"), answer=self._answers.get("letter", "")
        )
        for cell, number in column.items():
            if meanings.get(cells.simplified(cells.text_of(cell))) == "?":
                self._style.questions.append(self._question("letter", name, cell, number))
                break
        return meanings

    def _status_numbers(self) -> dict[str, str]:
        """Return what 1 and 0 mean in a column of status: which of them is active differs from system to system."""
        numbers = {
            cells.text_of(cell): number
            for cell, number in self._column("status").items()
            if cells.text_of(cell) in "01"
        }
        if not numbers.keys() - {""}:
            return {}
        if ACTIVE_IS not in self._answers:
            cell = next(text for text in numbers if text)
            self._style.questions.append(self._question(ACTIVE_IS, "status", cell, numbers[cell]))
        active = self._answers.get(ACTIVE_IS, "1")
        return {number: "active" if number == active else "delete" for number in changes.STATUS_NUMBERS}

    def _question(self, code: str, name: str, cell: Cell, row: int) -> InputError:
        return InputError(code, row, column_letter(self._layout.columns[name]), str(cell))


def _first_rows(column: Iterable[Cell], start: int) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for number, cell in enumerate(column, start=start):
        if cell not in found:
            found[cell] = number
    return found


def _decimal_sign(cell: Cell) -> str:
    return cells.decimal_signs(str(cell))
