"""What becomes of every column of a list: used as what, left out, or asked about; pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from billing.decks.columns.headings import read_heading
from billing.decks.columns.layout import Layout
from billing.decks.columns.roles import IGNORED, PRESENT_PRICE, SECOND_NAME
from billing.decks.columns.values import MONEY, look_of, values_of
from voipadmin.core.sheets.cells import Cell, is_digits
from voipadmin.core.sheets.input_errors import InputError, column_letter

# Headings whose columns are no prices, whatever their values are.
ABOUT_NO_PRICE = frozenset({IGNORED, SECOND_NAME, PRESENT_PRICE, "name"})
USED, UNUSED, ASKED = "used", "unused", "asked"
SAMPLES = 3
LOOKED_AT = 200_000
LONGEST_SAMPLE = 40


class ColumnUse(NamedTuple):
    """A column: its letter and heading, the role that it is used in (empty: none), and its first different values.

    `state` is USED, UNUSED or ASKED; `look` says what its values look like where that is asked about.
    """

    column: str
    heading: str
    role: str
    state: str
    look: str
    samples: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return self._asdict() | {"samples": list(self.samples)}


def column_uses(rows: Sequence[Sequence[Cell]], layout: Layout) -> list[ColumnUse]:
    """Return every column that has a heading or values."""
    body = rows[layout.heading_row : layout.heading_row + LOOKED_AT]
    roles = {index: name for name, index in layout.columns.items()}
    width = max(len(layout.headings), max(roles, default=-1) + 1, *map(len, body), 0)
    uses = (_use(index, body, layout, roles.get(index, "")) for index in range(width))
    return [use for use in uses if use.heading or use.samples or use.role]


def _use(index: int, body: Sequence[Sequence[Cell]], layout: Layout, role: str) -> ColumnUse:
    heading = layout.headings[index] if index < len(layout.headings) else ""
    values = values_of(body if not role else body[:SAMPLES], index)
    is_settled = role or layout.key_of(index) in layout.unused or read_heading(heading).role in ABOUT_NO_PRICE
    look = "" if is_settled else look_of(values) or _cut_off(index, values, layout)
    samples = tuple(dict.fromkeys(str(value)[:LONGEST_SAMPLE] for value in values[: SAMPLES * SAMPLES]))[:SAMPLES]
    return ColumnUse(column_letter(index), heading, role, USED if role else ASKED if look else UNUSED, look, samples)


def _cut_off(index: int, values: Sequence[Cell], layout: Layout) -> str:
    """Return what digits beyond the last heading look like: `5511,0,05` has a decimal comma that parts columns."""
    is_beyond = 0 < len(layout.headings) <= index or (layout.headings and not any(layout.headings[index:]))
    return MONEY if is_beyond and any(is_digits(str(value).strip()) for value in values) else ""


def questions_about(uses: Sequence[ColumnUse], layout: Layout) -> list[InputError]:
    """Return what has to be asked about columns that nothing uses."""
    row = layout.heading_row
    return [
        InputError("unused", row, use.column, use.heading or ", ".join(use.samples))
        for use in uses
        if use.state == ASKED
    ]
