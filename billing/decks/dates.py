"""Dates of price lists: text, days of a spreadsheet, or what a workbook holds; day and month are never guessed."""

import re
from datetime import date, datetime, timedelta

from voipadmin.core.sheets.cells import Cell, is_digits, text_of
from voipadmin.core.sheets.input_errors import CellError

# A spreadsheet counts days from here.
DAY_ZERO = date(1899, 12, 30)
EARLIEST, YEARS_AHEAD = date(2000, 1, 1), 5

_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})")
_ISO_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_NAMED_DATE = re.compile(r"(\d{1,2})[\s./-]+(?:de\s+)?([A-Za-zç]{3,10})\.?[\s./,-]+(?:de\s+)?(\d{4}|\d{2})")
_TIME_OF_DAY = re.compile(r"[T\s]+00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan ene", "feb fev", "mar", "apr abr", "may mai", "jun", "jul", "aug ago", "sep set", "oct out", "nov",
         "dec dez dic"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def date_order_of(cell: Cell) -> str:
    """Return what a date says about its order: `dmy`, `mdy`, `?` where it could be either, or nothing."""
    match = _NUMERIC_DATE.fullmatch(_without_time(cell)) if isinstance(cell, str) else None
    if match is None:
        return ""
    first, second = int(match[1]), int(match[3])
    if match[2] == ".":
        return "dmy"
    months = 12
    if first > months or second > months:
        return "dmy" if first > months else "mdy"
    return "" if first == second else "?"


def _without_time(cell: str) -> str:
    return _TIME_OF_DAY.sub("", cell.strip())


def date_of(cell: Cell, order: str, today: date) -> date | None:
    """Return a date, in the order `dmy` or `mdy` where it is written in numbers; None where the cell is empty."""
    if isinstance(cell, date):
        found = cell.date() if isinstance(cell, datetime) else cell
    else:
        text = _without_time(text_of(cell))
        if not text:
            return None
        found = _date_of_text(text, order)
    if not EARLIEST <= found <= today + timedelta(days=366 * YEARS_AHEAD):
        raise CellError("date_range")
    return found


def _date_of_text(text: str, order: str) -> date:
    try:
        if match := _ISO_DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if is_digits(text):
            return DAY_ZERO + timedelta(days=int(text))
        if match := _NUMERIC_DATE.fullmatch(text):
            first, second = int(match[1]), int(match[3])
            day, month = (first, second) if order == "dmy" or match[2] == "." else (second, first)
            return date(_year(match[4]), month, day)
        if match := _NAMED_DATE.fullmatch(text):
            return date(_year(match[3]), _MONTHS[match[2][:3].lower()], int(match[1]))
    except (ValueError, KeyError, OverflowError):
        pass
    raise CellError("date")


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else 2000 + int(text)  # noqa: PLR2004 - two digits of this century
