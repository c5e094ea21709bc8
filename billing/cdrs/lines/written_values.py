"""Times, durations and dispositions as other systems and people write them; pure."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from billing.cdrs.lines.record_values import Malformed, not_a, seconds_of
from voipadmin.core.sheets.cells import simplified

DMY, MDY = "dmy", "mdy"
_HOURS = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?"
_ZONE = r"(?: ?([Zz]|UTC|[+-]\d{2}:?\d{2}))?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})(?:[T ]+{_HOURS}{_ZONE})?", re.ASCII)
_NUMERIC = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}})(?:,? +{_HOURS}{_ZONE})?", re.ASCII)
_EPOCH = re.compile(r"([0-9]{10})(?:\.[0-9]{1,9})?")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", re.ASCII)
# 1.234 and 1,234: milliseconds behind a decimal sign, or thousands parted by one.
_THOUSANDS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_MONTHS = 12
_NOON = 12
_DISPOSITIONS = {
    "ANSWERED": "answered answer atendida atendido atendidas contestada contestado completada ok success completed",
    "NO ANSWER": "no_answer noanswer nao_atendida nao_atendido no_contestada sin_respuesta cancel canceled cancelled"
    " cancelada perdida missed",
    "BUSY": "busy ocupado ocupada",
    "FAILED": "failed fail falha falhou fallida error erro chanunavail rejected rejeitada",
    "CONGESTION": "congestion congestionamento congestionada",
}
_DISPOSITION_OF = {word: name for name, words in _DISPOSITIONS.items() for word in words.split()}


def order_of(text: str) -> str:
    """Return what a date in numbers says of its order: `dmy`, `mdy`, `?` where it could be either, or nothing."""
    found = _NUMERIC.fullmatch(text.strip())
    if found is None:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > _MONTHS or second > _MONTHS:
        return DMY if first > _MONTHS else MDY
    return "" if first == second else "?"


def written_time(text: str, column: str, order: str) -> datetime:
    """Return a time of `2026-11-01 01:59:40` or, in an order, of `01/11/2026 01:59 PM`; raise Malformed.

    It is local unless the text names a zone, or counts seconds since 1970.
    """
    text = text.strip()
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC)
    iso, numeric = _ISO.fullmatch(text), _NUMERIC.fullmatch(text)
    found = iso or numeric
    if found is None or (numeric and not order and order_of(text) == "?"):
        raise not_a("time", column, text)
    year, month, day = (found[1], found[2], found[3]) if iso else (found[3], found[2], found[1])
    if numeric and (order or order_of(text)) == MDY:
        month, day = day, month
    hour, minute, second = (int(part or 0) for part in found.groups()[3:6])
    try:
        return datetime(int(year), int(month), int(day), _hour(hour, found[7]), minute, second, tzinfo=_zone(found[8]))
    except ValueError as error:
        raise not_a("time", column, text) from error


def _hour(hour: int, half: str | None) -> int:
    """Return an hour of the day; raise ValueError for one that no half of a day has."""
    if half is None:
        return hour
    if not 1 <= hour <= _NOON:
        raise ValueError(hour)
    return hour % _NOON + (_NOON if half in "pP" else 0)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    shift = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-shift if text[0] == "-" else shift)


def clock_seconds(text: str, column: str) -> Decimal:
    """Return seconds of `75`, `75.2`, `1:15` or `00:01:15`; raise Malformed, also for what could be two of them."""
    if unsure := _THOUSANDS.fullmatch(text.strip()):
        whole, rest = unsure.groups()
        raise Malformed("duration", f"{column} is {text.strip()!r}: {whole}.{rest} or {whole}{rest} seconds")
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return seconds_of(text.strip().replace(",", "."), column)
    hours, minutes, seconds = (int(part or 0) for part in clock.groups())
    return seconds_of(str((hours * 60 + minutes) * 60 + seconds), column)


def disposition_of(text: str, billable: Decimal | None) -> str:
    """Return how a call ended in Asterisk's words; where nothing is said, by its billable seconds. Raise Malformed."""
    if not text:
        return "ANSWERED" if billable else "NO ANSWER"
    found = _DISPOSITION_OF.get(simplified(text))
    if found is None:
        raise not_a("disposition", "disposition", text)
    return found
