"""How the values of a column are written into files, for programs and for people; pure.

A writer is made once for a column and called for each of its cells: language and time zone are asked for once, before
the first row is sent, when they are certainly those of the request.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django.utils import formats, timezone

from reports.kit.columns import Column, Kind

Writer = Callable[[Any], str]


def machine_writer(column: Column) -> Writer:
    """Return the writer for programs: a point before decimals, times in ISO 8601 with their offset."""
    return _or_nothing(_machine(column, column.exact or column.places))


def people_writer(column: Column) -> Writer:
    """Return the writer for a spreadsheet of the active language, which reads each value as what it is.

    Figures have that language's decimal sign and no groups. Telephone numbers are grouped with blanks, so that no
    spreadsheet makes a figure of them.
    """
    if column.kind is Kind.DIGITS:
        return _or_nothing(lambda value: grouped(str(value)))
    if column.kind is Kind.MOMENT:
        return _or_nothing(_local_moments())
    plain = _machine(column, column.places)
    if column.kind not in {Kind.DECIMAL, Kind.SECONDS}:
        return _or_nothing(plain)
    sign: str = formats.get_format("DECIMAL_SEPARATOR", use_l10n=True)
    return _or_nothing(lambda value: plain(value).replace(".", sign))


def _or_nothing(write: Writer) -> Writer:
    return lambda value: "" if value is None else write(value)


def _machine(column: Column, places: int) -> Writer:
    if column.kind is Kind.DECIMAL:
        step = Decimal(1).scaleb(-places)
        return lambda value: f"{Decimal(value).quantize(step, ROUND_HALF_UP):f}"
    if column.kind is Kind.SECONDS:
        return lambda value: f"{Decimal(value).normalize():f}"
    if column.kind is Kind.MOMENT:
        zone = timezone.get_default_timezone()
        return lambda value: str(value.astimezone(zone).isoformat())
    return lambda value: value.isoformat() if isinstance(value, date) else str(value)


def _local_moments() -> Writer:
    """Return the writer of date and time to the second, as the active language has them, on the panel's clock."""
    zone = timezone.get_default_timezone()

    # Writing a date in a language takes far longer than looking one up, and calls have few days.
    @lru_cache(maxsize=1_024)
    def day(value: date) -> str:
        return str(formats.date_format(value, short, use_l10n=False))

    short = formats.get_format("SHORT_DATE_FORMAT", use_l10n=True)

    def write(value: datetime) -> str:
        local = value.astimezone(zone)
        return f"{day(local.date())} {local:%H:%M:%S}"

    return write


_GROUP = 4
_SINGLE = re.compile(r" (\d)$")


def grouped(digits: str) -> str:
    """Return digits in groups of four, `5511 4000 1000`; a group of one joins that before it. Other text as it is."""
    if not digits.isdecimal() or len(digits) <= _GROUP:
        return digits
    return _SINGLE.sub(r"\1", " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP)))
