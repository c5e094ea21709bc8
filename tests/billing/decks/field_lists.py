"""What is taken of a carrier's list, asked about it and left, in one text that a golden file can hold."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout, find_layout
from billing.decks.columns.report import column_uses, questions_about
from billing.decks.rows.lines import DeckRate, Line, Reading
from billing.decks.rows.reading import read_lines
from tests.billing.decks.samples import TODAY, read_rows
from tests.core.numbers.plans import BRAZIL
from voipadmin.core.sheets.cells import Cell

FIELD = Path(__file__).parent / "field"


def read_field(
    content: bytes | str, *, currency: str = "BRL", hours: Mapping[str, str] | None = None, **answers: str
) -> tuple[Sequence[Sequence[Cell]], Layout, Reading]:
    """Read a file as a first deck of a provider in Brazil."""
    rows = read_rows(content.encode() if isinstance(content, str) else content)
    layout = find_layout(rows, Layout(answers=dict(answers)))
    return rows, layout, read_lines(rows, layout, Installation(currency, TODAY, "55", hours or {}, plan=BRAZIL))


def report(content: bytes | str, *, currency: str = "BRL") -> str:
    """Return every column, question, error and line of a file."""
    rows, layout, reading = read_field(content, currency=currency)
    uses = column_uses(rows, layout)
    questions = [*reading.questions, *questions_about(uses, layout)]
    told = [f"column {use.column} {use.heading}: {use.role or use.state}" for use in uses]
    told += [f"question {one.code} row {one.row} column {one.column}: {one.value}" for one in questions]
    told += [f"error {one.code} row {one.row} column {one.column}: {one.value}" for one in reading.errors]
    return "\n".join([*told, *map(_line, reading.lines), ""])


def _line(line: Line) -> str:
    return " ".join(["line", line.pattern, *_terms(line), *_rate(line.rate)])


def _terms(line: Line) -> Iterator[str]:
    named = {"from": line.origin, "change": line.change, "hours": line.hours, "begins": line.begins, "ends": line.ends}
    return (f"{name}={value}" for name, value in named.items() if value)


def _rate(rate: DeckRate) -> Iterator[str]:
    yield rate.bands or f"{rate.price_per_minute.normalize():f} {rate.initial_block_seconds}/{rate.increment_seconds}"
    yield from (f"fee={rate.connect_fee.normalize():f}",) if rate.connect_fee else ()
    yield from (f"free={rate.free_seconds}",) if rate.free_seconds else ()
    yield from ("blocked",) if rate.is_blocked else ()
