"""Rows of sheets as lines of JSON, between the process that reads a file and the one that asked for it.

A line is `{"sheet": name}`, a list of rows, `{"error": {...}}` or `{"end": true}`; dates are `{"day": ...}` and
`{"moment": ...}`. Whoever reads the lines believes none of them: the process that wrote them has read a foreign file.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import islice
from typing import Any

from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import MESSAGES, FileError

ROWS_OF_A_LINE = 200
# What a cell of a workbook may hold.
LONGEST_CELL = 32_767
_CELLS = (str, int, float, bool, type(None), date, datetime)
_KINDS = frozenset(_CELLS)

Rows = list[list[Cell]]


class UnreadableError(Exception):
    """The lines end before they should, or are none that a reader writes."""


def encoded(sheets: Iterable[tuple[str, Iterable[list[Cell]]]]) -> Iterator[str]:
    """Yield the lines of sheets, each with its line break, and how reading them ended."""
    try:
        for name, rows in sheets:
            yield _line({"sheet": name})
            yield from _lines_of(rows)
    except FileError as refused:
        yield _line({"error": asdict(refused.error)})
    else:
        yield _line({"end": True})


def _lines_of(rows: Iterable[list[Cell]]) -> Iterator[str]:
    source, first = iter(rows), 1
    while batch := list(islice(source, ROWS_OF_A_LINE)):
        line = _line(batch)
        # Most lines are shorter than one cell may be.
        if len(line) > LONGEST_CELL:
            _refuse_long_cells(batch, first)
        yield line
        first += len(batch)


def _refuse_long_cells(rows: Rows, first: int) -> None:
    for number, row in enumerate(rows, start=first):
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in row):
            raise FileError("long_cell", row=number, value=str(LONGEST_CELL))


def _line(value: Any) -> str:
    return json.dumps(value, default=_written, separators=(",", ":")) + "\n"


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    # Times and durations are no cells of a list: the text says so where one stands.
    return str(value)


def decoded(lines: Iterable[bytes]) -> Iterator[tuple[str, Rows]]:
    """Yield rows with the name of their sheet; raise FileError for what was refused, UnreadableError for the rest."""
    name: str | None = None
    for line in lines:
        value = _value(line)
        if isinstance(value, list) and name is not None:
            yield name, _checked(value)
        elif isinstance(value, dict) and isinstance(value.get("sheet"), str):
            name = value["sheet"]
            yield name, []
        elif value == {"end": True}:
            return
        else:
            raise _refusal(value)
    raise UnreadableError


def _value(line: bytes) -> Any:
    try:
        return json.loads(line, object_hook=_object)
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error


def _object(value: dict[str, Any]) -> Any:
    if "day" in value:
        return date.fromisoformat(str(value["day"]))
    if "moment" in value:
        return datetime.fromisoformat(str(value["moment"]))
    return value


def _checked(rows: Any) -> Rows:
    for row in rows:
        if type(row) is not list or not _KINDS.issuperset(map(type, row)):
            raise UnreadableError
    return list(rows)


def _refusal(value: Any) -> Exception:
    """Return the error of a line that tells one, in the fields that one has."""
    told = value.get("error") if isinstance(value, dict) else None
    if not isinstance(told, dict) or told.get("code") not in MESSAGES:
        return UnreadableError()
    row, column, text = (told.get(name) for name in ("row", "column", "value"))
    if not (isinstance(row, int) and isinstance(column, str) and isinstance(text, str)):
        return UnreadableError()
    return FileError(told["code"], row=row, column=column, value=text)
