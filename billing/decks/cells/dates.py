"""Dates of price lists: text, days of a spreadsheet, or what a workbook holds; day and month are never guessed.

A day without a time of day begins, and ends, with the installation's clock; a time counts as it stands, in its zone.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from voipadmin.core.sheets.cells import Cell, is_digits, plain_letters, simplified, text_of
from voipadmin.core.sheets.input_errors import CellError

# A spreadsheet counts days from here.
DAY_ZERO = date(1899, 12, 30)
EARLIEST, YEARS_AHEAD = date(2000, 1, 1), 5
LONGEST_DATE = 60
DMY, MDY, UNSURE = "dmy", "mdy", "?"
# What carriers write where they name no day.
_AT_ONCE = frozenset(
    [
        "immediate",
        "immediately",
        "imediato",
        "imediata",
        "imediatamente",
        "inmediato",
        "inmediata",
        "now",
        "asap",
        "agora",
        "ahora",
        "vigente",
        "current",
    ]
)
_NO_END = frozenset(
    [
        "-",
        "never",
        "open",
        "open_ended",
        "indefinite",
        "indeterminado",
        "indeterminada",
        "indefinido",
        "nunca",
        "none",
        "n_a",
        "na",
        "unlimited",
        "ilimitado",
        "null",
        "sem_fim",
        "sin_fin",
        "until_further_notice",
        "ufn",
        "tbd",
    ]
)

_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})")
_ISO_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|(\d{2})(\d{2}))")
_WEEKDAY = re.compile(r"^(?:[a-z]{3,9}(?:-feira)?)\.?,\s*|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s+")
_BETWEEN = r"[\s./,-]*(?:de\s+|of\s+|del\s+)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th|º|o|ª|a)?{_BETWEEN}([a-z]{{3,10}})\.?{_BETWEEN}(\d{{4}}|\d{{2}})")
_MONTH_FIRST = re.compile(r"([a-z]{3,10})\.?[\s./-]*(\d{1,2})(?:st|nd|rd|th)?[\s.,/-]+(?:de\s+)?(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[\s./-]+([a-z]{3,10})\.?[\s./-]+(\d{1,2})")
_ZONE = r"(?P<zone>z|utc|gmt|brt|(?:utc|gmt)?\s*+[+-]\d{1,2}(?::?\d{2})?)"
_TIME = re.compile(
    r"(?:t|(?<![\s,])[\s,]++(?:as\s+|at\s+|a\s+las\s+)?)(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?h?"
    rf"(?:\s*+(?P<half>[ap])\.?\s*+m\.?)?\s*+\(?{_ZONE}?\)?$"
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
_LAST_SECONDS = (time(23, 59), time(23, 59, 59))
_NOON = 12
BRASILIA = timezone(timedelta(hours=-3))
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janeiro enero ene janv", "feb february fevereiro fev febrero", "mar march marco marzo",
            "apr april abr abril", "may mai maio mayo", "jun june junho junio", "jul july julho julio",
            "aug august ago agosto", "sep sept september set setembro septiembre setiembre",
            "oct october out outubro octubre", "nov november novembro noviembre",
            "dec december dez dezembro dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


class _Written(NamedTuple):
    """A cell's date as text, and the time of day that stands behind it, if any."""

    text: str
    clock: time | None
    zone: tzinfo | None


def date_order_of(cell: Cell) -> str:
    """Return what a date says about its order: `dmy`, `mdy`, `?` where it could be either, or nothing."""
    if not isinstance(cell, str):
        return ""
    text = plain_letters(cell[:LONGEST_DATE].strip())
    clock = _TIME.search(text)
    match = _NUMERIC_DATE.fullmatch(text[: clock.start()].strip() if clock else text)
    if match is None:
        return ""
    first, second = int(match[1]), int(match[3])
    if match[2] == ".":
        return DMY
    months = 12
    if first > months or second > months:
        return DMY if first > months else MDY
    return "" if first == second else UNSURE


def order_in_heading(heading: str) -> str:
    """Return the order that a heading names, as in `Effective Date (dd/mm/yyyy)`, or nothing."""
    plain = "".join(re.findall("[dma]+|[yj]+", plain_letters(heading).replace("data", "").replace("date", "")))
    return DMY if "ddmm" in plain else MDY if "mmdd" in plain else ""


def zone_in_heading(heading: str) -> tzinfo | None:
    """Return the zone that a heading names, as in `Effective Date (UTC)`, or None."""
    return UTC if {"utc", "gmt"} & set(simplified(heading).split("_")) else None


def date_of(cell: Cell, order: str, today: date, zone: tzinfo | None = None) -> date | None:
    """Return when a rate begins: a day, or a datetime where the cell or its heading names a time or a zone.

    `order` is `dmy` or `mdy`, for dates written in numbers; None where the cell is empty or says at once.
    """
    if simplified(text_of(cell)) in _AT_ONCE:
        return None
    day, clock, own_zone = _read(cell, order)
    if day is None:
        return None
    _check_range(day, today)
    zone = own_zone or zone
    if zone is None and clock in {None, time()}:
        return day
    return datetime.combine(day, clock or time(), zone)


def end_of(cell: Cell, order: str, today: date, zone: tzinfo | None = None) -> date | None:
    """Return the first day, or the first moment, at which a rate no longer holds; a day that is named is its last.

    None where the cell is empty, says that there is no end, or names a day more than five years ahead.
    """
    if simplified(text_of(cell)) in _NO_END:
        return None
    day, clock, own_zone = _read(cell, order)
    if day is None or day.year > today.year + YEARS_AHEAD:
        return None
    _check_range(day, today)
    zone = own_zone or zone
    if clock is None or clock in _LAST_SECONDS:
        following = day + timedelta(days=1)
        return following if zone is None else datetime.combine(following, time(), zone)
    return datetime.combine(day, clock, zone)


def _check_range(day: date, today: date) -> None:
    if not EARLIEST <= day <= today + timedelta(days=366 * YEARS_AHEAD):
        raise CellError("date_range")


def _read(cell: Cell, order: str) -> tuple[date | None, time | None, tzinfo | None]:
    if isinstance(cell, datetime):
        # A workbook writes a day as its midnight.
        clock = cell.time().replace(microsecond=0)
        return cell.date(), clock if clock != time() else None, cell.tzinfo
    if isinstance(cell, date):
        return cell, None, None
    text = text_of(cell)
    if not text:
        return None, None, None
    if len(text) > LONGEST_DATE:
        raise CellError("date")
    written = _split(plain_letters(text))
    return _date_of_text(written.text, order), written.clock, written.zone


def _split(text: str) -> _Written:
    """Part a date, in small letters without accents, from the time of day and the zone behind it."""
    match = _TIME.search(text)
    if match is None:
        return _Written(text.strip(), None, None)
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % _NOON + (_NOON if match["half"] == "p" else 0)
    try:
        clock = time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError as error:
        raise CellError("date") from error
    return _Written(text[: match.start()].strip(), clock, _zone_of(match["zone"] or ""))


def _zone_of(text: str) -> tzinfo | None:
    if offset := _OFFSET.search(text):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        shift = timedelta(hours=hours, minutes=minutes) * (-1 if offset[1] == "-" else 1)
        if abs(shift) >= timedelta(days=1):
            raise CellError("date")
        return timezone(shift)
    return {"": None, "brt": BRASILIA}.get(text, UTC)


def _date_of_text(text: str, order: str) -> date:
    try:
        if match := _ISO_DATE.fullmatch(text):
            return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
        if is_digits(text):
            return DAY_ZERO + timedelta(days=int(text))
        if match := _NUMERIC_DATE.fullmatch(text):
            first, second = int(match[1]), int(match[3])
            day, month = (first, second) if order == DMY or match[2] == "." else (second, first)
            return date(_year(match[4]), month, day)
        return _named_date(text)
    except (ValueError, KeyError, OverflowError):
        raise CellError("date") from None


def _named_date(text: str) -> date:
    """Read a date that names its month, in English, Portuguese or Spanish; raise KeyError or ValueError."""
    bare = _WEEKDAY.sub("", text)
    if match := _DAY_FIRST.fullmatch(bare):
        return date(_year(match[3]), _MONTHS[match[2]], int(match[1]))
    if match := _MONTH_FIRST.fullmatch(bare):
        return date(_year(match[3]), _MONTHS[match[1]], int(match[2]))
    if match := _YEAR_FIRST.fullmatch(bare):
        return date(int(match[1]), _MONTHS[match[2]], int(match[3]))
    raise ValueError(text)


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else 2000 + int(text)  # noqa: PLR2004 - two digits of this century
