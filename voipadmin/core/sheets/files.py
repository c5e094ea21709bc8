"""A file as it was sent, as rows of cells: its kind, encoding and delimiter are found, never asked for twice."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import cast

from voipadmin.core.sheets.cells import Cell
from voipadmin.core.sheets.input_errors import FileError
from voipadmin.core.sheets.workbook import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, sheets_of_workbook

LARGEST_FILE = 50 * 1024 * 1024
DELIMITERS = ";,\t|"
LOOKED_AT = 50

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What UTF-8 looks like after it was read as Windows-1252 and written as UTF-8 again.
_TWICE = re.compile(r"[ÃÂ][\u0080-\u00bf\u2018-\u203a\u0152-\u0192\u02c6\u02dc€™]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def check_beginning(content: bytes) -> None:
    """Raise FileError for what is too large, or a workbook of a kind that nobody reads here."""
    if len(content) > LARGEST_FILE:
        raise FileError("too_large", value=str(LARGEST_FILE >> 20))
    if content.startswith(_OLE):
        raise FileError("old_workbook")


def sheets_of(content: bytes) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """Yield the sheets of a CSV or XLSX file with their names and rows, the first row of the file first.

    Raise FileError, also between rows. What a hostile file costs here has no bound: `apart.py` gives it one.
    """
    check_beginning(content)
    found = sheets_of_workbook(content) if content.startswith(_ZIP) else iter([("", _csv_rows(decoded(content)))])
    bounds = _Bounds()
    for name, rows in found:
        yield name, bounds.within(rows)


def filled(sheets: Mapping[str, list[list[Cell]]]) -> dict[str, list[list[Cell]]]:
    """Return the sheets that hold anything; raise FileError where none does."""
    kept = {name: rows for name, rows in sheets.items() if _has_cells(rows)}
    if not kept:
        raise FileError("empty")
    return kept


def _has_cells(rows: list[list[Cell]]) -> bool:
    return any(any(cell not in (None, "") for cell in row) for row in rows)


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252; raise FileError with the line that is in neither."""
    text = _decoded(content)
    lines = text.split("\n") if _suspicious(text) else []
    for number, line in enumerate(lines, start=1):
        if _CONTROL.search(line):
            raise FileError("encoding", row=number, value=repr(line[:30]))
        if twice := _TWICE.search(line):
            raise FileError("doubly_encoded", row=number, value=twice[0])
    return text


def _suspicious(text: str) -> bool:
    return _CONTROL.search(text) is not None or _TWICE.search(text) is not None


def _decoded(content: bytes) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _decode(content, name)
    if content[:400].count(0) > len(content[:400]) // 3:
        return _decode(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(content, "cp1252")


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        before, line_end = content[: error.start], content.find(b"\n", error.start)
        line = content[before.rfind(b"\n") + 1 : line_end if line_end >= 0 else None]
        raise FileError("encoding", row=before.count(b"\n") + 1, value=repr(line[:30])) from error


def delimiter_of(text: str) -> str:
    """Return the sign that divides most lines into the same number of cells, more than one."""
    lines = [line for line in islice(io.StringIO(text, newline=""), LOOKED_AT) if line.strip()]
    best, found = (0, 0), ","
    for sign in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if len(row) > 1)
        if widths:
            width, lines_of_it = widths.most_common(1)[0]
            # A comma in prices makes rows as even as a real one does: the sign that comes first in DELIMITERS wins.
            best, found = max((best, found), ((lines_of_it, width if sign != "," else 0), sign), key=lambda one: one[0])
    return found


def _csv_rows(text: str) -> Iterator[list[Cell]]:
    if text[:4].lower() == "sep=" and "\n" in text:
        # Excel's own first line; an empty one stands for it, so that rows keep their numbers.
        sign, text = text[4], text[text.index("\n") :]
    else:
        sign = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    given = 0
    try:
        for row in reader:
            yield cast(list[Cell], row)
            given += 1
            # A quoted cell of several lines is one row of several: the number shown is the line in the file.
            while given < reader.line_num:
                yield []
                given += 1
    except csv.Error as error:
        raise FileError("not_csv", row=reader.line_num, value=str(error)) from error


class _Bounds:
    """Lets the rows of a file through as long as there are not too many of them, and of cells."""

    def __init__(self) -> None:
        self._cells = 0

    def within(self, rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
        """Yield the rows of one sheet; raise FileError."""
        for number, row in enumerate(rows, start=1):
            self._cells += len(row)
            if number > MOST_ROWS or len(row) > MOST_COLUMNS or self._cells > MOST_CELLS:
                raise FileError("too_many_cells", row=number, value=f"{MOST_COLUMNS} × {MOST_ROWS}")
            yield row
