"""One line of a call record file -> a record: pure. Our own spool (docs/cdr-spool.md), or what `plain_format` reads."""

import csv
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from billing.cdrs.lines.attempts import NO_RESULT, AttemptResult
from billing.cdrs.lines.plain_format import ANSWERED, DISPOSITIONS, HeadedLayout, plain_values
from billing.cdrs.lines.record_values import Malformed, moment_in_range, not_a, seconds_of, sequence_of

# Version of the spool (docs/cdr-spool.md) -> its columns. A file may hold lines of several.
SPOOL_COLUMNS = {"1": 31, "2": 33}
# Asterisk writes at most 8,190 bytes a line.
MAX_LINE_BYTES = 8_192

_EPOCH_SECONDS = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,6})?")
_DIAL_STATUS = re.compile(r"[A-Z]{1,20}")
_COUNT = re.compile(r"[0-9]{1,10}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LINE_BREAK = re.compile(r"\r?\n")
# Column of the record -> longest value that the database keeps.
_LENGTHS = {"uniqueid": 150, "linkedid": 150, "src": 80, "dst": 80, "dialled": 80, "caller_id": 160, "caller": 80,
            "channel": 160, "destination_channel": 160, "account_code": 80}  # fmt: skip
_SHORTEST_LIMIT = min(_LENGTHS.values())


@dataclass(slots=True)
class SpoolRecord:
    """A call record as the node wrote it: times in UTC, durations in seconds, `*_ref` the ids that the dialplan set."""

    uniqueid: str
    linkedid: str
    sequence: int
    payload_hash: str
    src: str
    dst: str
    dialled: str
    caller_id: str
    channel: str
    destination_channel: str
    account_code: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    duration_seconds: Decimal
    billable_seconds: Decimal
    disposition: str
    direction: str = ""
    customer_ref: str = ""
    route_ref: str = ""
    gateway_ref: str = ""
    did_ref: str = ""
    attempt: int | None = None
    result: AttemptResult = NO_RESULT
    caller: str = ""
    # What the dialplan read the number as. Where it is told, `dialled` is the number's key.
    kind: str = ""


def parse_line(
    line: bytes, *, plain_zone: tzinfo, whole: bool = True, layout: HeadedLayout | None = None
) -> SpoolRecord:
    """Read one line without its line end; `plain_zone` is the clock of Master.csv. Raise Malformed.

    `layout` says what the columns of a table with headings are.

    A line that had no end (`whole=False`) is a record only in our own format, whose columns are counted and quoted.
    """
    if len(line) > MAX_LINE_BYTES:
        raise Malformed("too_long", f"more than {MAX_LINE_BYTES} bytes")
    fields = _fields(line)
    digest = hashlib.sha256(line).hexdigest()
    if layout is None and fields and len(fields) == SPOOL_COLUMNS.get(fields[0]):
        if not line.endswith(b'"'):
            raise Malformed("quotes", "the last column has no end")
        record = _from_spool(fields, digest)
    elif not whole:
        raise Malformed("unfinished", f"{len(fields)} columns")
    elif layout is None and len(fields) >= min(SPOOL_COLUMNS.values()):
        raise Malformed("columns", f"format {fields[0][:20]!r} with {len(fields)} columns")
    else:
        record = SpoolRecord(**plain_values(fields, digest, plain_zone, layout))
    _check(record, longest_value=max(map(len, fields)))
    return record


def _fields(line: bytes) -> list[str]:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise Malformed("charset", f"byte {error.start + 1}: {line[error.start]:#04x}") from error
    # A caller wrote line breaks into what it calls itself: the record of its call is one all the same.
    text = _LINE_BREAK.sub("\ufffd", text) if "\n" in text else text
    # What is printable has no control characters; of the rest most have none either.
    control = None if text.isprintable() else _CONTROL.search(text)
    if control:
        raise Malformed("charset", f"character {control.start() + 1}: U+{ord(control.group()):04X}")
    try:
        return next(csv.reader((text,), strict=True))
    except csv.Error as error:
        raise Malformed("quotes", str(error)) from error


def _from_spool(fields: list[str], digest: str) -> SpoolRecord:
    (_version, uniqueid, linkedid, sequence, src, dst, clid, _context, channel, dstchannel, _app, start, answer, end,
     duration, billsec, disposition, _flags, account, _userfield, customer, direction, route, gateway, did, dialled,
     attempt, dial_status, cause, sip_code, delay, *since_2) = fields  # fmt: skip
    return SpoolRecord(
        uniqueid=uniqueid,
        linkedid=linkedid or uniqueid,
        sequence=sequence_of(sequence),
        payload_hash=digest,
        src=src,
        dst=dst,
        dialled=dialled,
        caller_id=clid,
        channel=channel,
        destination_channel=dstchannel,
        account_code=account,
        started_at=_moment(start, "start"),
        answered_at=_moment_or_none(answer),
        ended_at=_moment(end, "end"),
        duration_seconds=seconds_of(duration, "duration"),
        billable_seconds=seconds_of(billsec, "billsec"),
        disposition=disposition,
        direction=direction,
        customer_ref=customer,
        route_ref=route,
        gateway_ref=gateway,
        did_ref=did,
        attempt=_small(attempt),
        result=AttemptResult(
            dial_status if _DIAL_STATUS.fullmatch(dial_status) else "",
            _small(cause),
            _small(sip_code),
            _count(delay, 2_147_483_647),
        ),
        caller=since_2[0] if since_2 else "",
        kind=since_2[1] if since_2 else "",
    )


def _check(record: SpoolRecord, *, longest_value: int) -> None:
    if not record.uniqueid:
        raise Malformed("identity", "uniqueid is empty")
    if longest_value > _SHORTEST_LIMIT:
        _check_lengths(record)
    if record.disposition not in DISPOSITIONS:
        raise Malformed("disposition", record.disposition[:40])
    if record.ended_at < record.started_at:
        raise Malformed("time", "it ends before it starts")
    if record.answered_at and not record.started_at <= record.answered_at <= record.ended_at:
        raise Malformed("time", "it is answered outside its own time")
    if record.disposition == ANSWERED and record.answered_at is None:
        raise Malformed("answer", "it says ANSWERED, and has no answer time")
    # Master.csv may round the billable seconds up and the duration down.
    if record.billable_seconds > record.duration_seconds + 1:
        raise Malformed("duration", "more seconds are billable than it lasted")


def _check_lengths(record: SpoolRecord) -> None:
    for name, longest in _LENGTHS.items():
        if len(getattr(record, name)) > longest:
            raise Malformed("too_long", f"{name} has more than {longest} characters")


def _moment(text: str, column: str) -> datetime:
    if not _EPOCH_SECONDS.fullmatch(text):
        raise not_a("time", column, text)
    # Ten digits and six decimals are less than a float's 53 bits: rounded to microseconds it is exact.
    return moment_in_range(datetime.fromtimestamp(float(text), UTC), text, column)


def _moment_or_none(text: str) -> datetime | None:
    return None if text in {"", "0", "0.000000"} else _moment(text, "answer")


def _small(text: str) -> int | None:
    """Return a number that only describes the call; where it is none, the call is kept without it."""
    return _count(text, 32_767)


@lru_cache(maxsize=4_096)
def _count(text: str, largest: int) -> int | None:
    number = int(text) if _COUNT.fullmatch(text) else None
    return number if number is not None and number <= largest else None
