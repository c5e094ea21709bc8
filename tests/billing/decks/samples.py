"""Price lists in the styles of carriers, made for the tests: CSV files of `data/`, and workbooks written here."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout, find_layout
from billing.decks.rows.lines import Reading
from billing.decks.rows.reading import read_lines
from tests.core.numbers.plans import BRAZIL
from voipadmin.core.sheets import files
from voipadmin.core.sheets.cells import Cell

DATA = Path(__file__).parent / "data"
SHEET = "xl/worksheets/sheet1.xml"
TODAY = date(2026, 11, 23)


def workbook(rows: Sequence[Any]) -> bytes:
    """Return an XLSX file with these rows."""
    return workbook_of({"Rates": rows})


def workbook_of(sheets: Mapping[str, Sequence[Any]], hidden: str = "") -> bytes:
    """Return an XLSX file with these sheets, one of them hidden."""
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    sheet.write(number, column, cell)
        if name == hidden:
            sheet.hide()
    book.close()
    return kept.getvalue()


def changed(content: bytes, name: str, replace: bytes) -> bytes:
    """Return a packed file with another content of one of its parts."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, replace if item == name else old.read(item))
    return kept.getvalue()


def bomb() -> bytes:
    """Return a workbook of a few kilobytes that unpacks to sixty megabytes."""
    return changed(workbook([["Prefix", "Price"], ["5511", 0.04]]), SHEET, b"<worksheet>" + b" " * (60 * 1024 * 1024))


def read_rows(content: bytes) -> list[list[Cell]]:
    """Return the rows of a file's first sheet, read in this process: its limits have tests of their own."""
    return next(iter(files.filled({name: list(rows) for name, rows in files.sheets_of(content)}).values()))


def read(content: bytes | str, *, currency: str = "BRL", last: Layout | None = None, **answers: str) -> Reading:
    """Read a file as a deck is read."""
    rows = read_rows(content.encode() if isinstance(content, str) else content)
    layout = find_layout(rows, last or Layout())
    layout.answers |= answers
    return read_lines(rows, layout, Installation(currency, TODAY, home="55", plan=BRAZIL))


def prices(reading: Reading) -> dict[str, str]:
    """Return the prices of a reading by prefix, in their shortest form."""
    assert reading.errors == []
    assert reading.questions == []
    return {line.pattern: f"{line.rate.price_per_minute.normalize():f}" for line in reading.lines}
