"""Call records that are not of our own spool: Asterisk's plain CSV files, and tables whose headings name the columns.

Sources: https://docs.asterisk.org/Configuration/Reporting/Call-Detail-Records-CDR/, Asterisk's
configs/samples/cdr_custom.conf.sample, and the export of FreePBX's CDR reports. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from billing.cdrs.lines.local_times import LocalTimes, local_time, moments_of
from billing.cdrs.lines.record_values import Malformed, seconds_of, sequence_of
from billing.cdrs.lines.written_values import clock_seconds, disposition_of, written_time

ANSWERED = "ANSWERED"
DISPOSITIONS = frozenset({ANSWERED, "NO ANSWER", "BUSY", "FAILED", "CONGESTION"})
NEW_COLUMNS = 3  # peeraccount, linkedid and sequence, at the end where they are switched on
_UNIQUE_ID = re.compile(r"(?:.+-)?[0-9]{9,11}\.[0-9]+")
CDR_CSV = ("account", "src", "dst", "context", "clid", "channel", "dstchannel", "app", "data", "start", "answer", "end",
           "duration", "billsec", "disposition", "flags")  # fmt: skip
# Asterisk's own sample of cdr_custom.conf: the caller id comes first, the account behind the flags.
CDR_CUSTOM = ("clid", "src", "dst", "context", "channel", "dstchannel", "app", "data", "start", "answer", "end",
              "duration", "billsec", "disposition", "flags", "account", "uniqueid", "userfield",
              "sequence")  # fmt: skip
# What a sequence number may be: eighteen digits.
SEQUENCES = 10**18
# Other systems round billable seconds down to whole minutes at most.
ROUNDED_DOWN = timedelta(seconds=60)
CDR_CSV_WIDTHS = range(16, 22)
CDR_CUSTOM_WIDTHS = range(17, 20)


@dataclass(frozen=True)
class HeadedLayout:
    """What the columns of a table of call records are: role -> index from 0, and the order of dates in numbers.

    `width` is how many headings there are; 0 where nobody counted.
    """

    columns: Mapping[str, int]
    date_order: str = ""
    width: int = 0

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"columns": dict(self.columns), "date_order": self.date_order, "width": self.width}


def plain_values(
    fields: Sequence[str], digest: str, zone: tzinfo, layout: HeadedLayout | None = None
) -> dict[str, Any]:
    """Return the values of a record, as SpoolRecord names them; raise Malformed.

    Without a layout it is a line of cdr_csv, or of cdr_custom's sample, which have their disposition in other columns.
    """
    if layout is not None:
        if layout.width and any(fields[layout.width :]):
            raise Malformed("columns", f"{len(fields)} columns under {layout.width} headings")
        told = {role: fields[index].strip() if index < len(fields) else "" for role, index in layout.columns.items()}
        return _headed(told, digest, zone, layout)
    if _is_sample(fields):
        return _asterisks(dict(zip(CDR_CUSTOM, fields, strict=False)), digest, zone)
    if len(fields) in CDR_CSV_WIDTHS:
        return _asterisks(dict(zip(CDR_CSV, fields, strict=False)) | _identity(fields[len(CDR_CSV) :]), digest, zone)
    raise Malformed("columns", f"{len(fields)} columns")


def _is_sample(fields: Sequence[str]) -> bool:
    place = CDR_CUSTOM.index("disposition")
    return len(fields) in CDR_CUSTOM_WIDTHS and fields[place] in DISPOSITIONS


def _identity(extra: Sequence[str]) -> dict[str, str]:
    """Return unique id, linked id and sequence of a Master.csv line, which has each only if it was set up so."""
    found: dict[str, str] = {}
    if len(extra) >= NEW_COLUMNS and extra[-1].isdecimal():
        found |= {"linkedid": extra[-2], "sequence": extra[-1]}
        extra = extra[:-NEW_COLUMNS]
    # It may be the userfield as well.
    if extra and _UNIQUE_ID.fullmatch(extra[0]):
        found["uniqueid"] = extra[0]
    return found


def _asterisks(told: Mapping[str, str], digest: str, zone: tzinfo) -> dict[str, Any]:
    duration, billable = seconds_of(told["duration"], "duration"), seconds_of(told["billsec"], "billsec")
    answer = local_time(told["answer"], "answer") if told["answer"] else None
    times = LocalTimes(local_time(told["start"], "start"), answer, local_time(told["end"], "end"))
    return _values(told, digest, zone, times, duration, billable, told["disposition"])


def _headed(told: Mapping[str, str], digest: str, zone: tzinfo, layout: HeadedLayout) -> dict[str, Any]:
    """Return the values of a row whose headings tell the columns; what has no column follows from the others.

    Without an answer time an answered call was answered its billable seconds before its end.
    """
    start = written_time(
        " ".join(filter(None, (told.get("start", ""), told.get("clock", "")))), "start", layout.date_order
    )
    answer, end = (_time(told.get(role, ""), role, layout.date_order) for role in ("answer", "end"))
    billable = clock_seconds(told["billsec"], "billsec") if told.get("billsec") else None
    duration = clock_seconds(told["duration"], "duration") if told.get("duration") else None
    if duration is None:
        duration = _span(start, end) if end else billable
    if billable is None and answer and end:
        billable = _span(answer, end)
    if not told.get("disposition") and billable is None and "answer" not in layout.columns:
        raise Malformed("disposition", "no column tells whether it was answered")
    disposition = disposition_of(told.get("disposition", ""), billable)
    if duration is None or (billable is None and disposition == ANSWERED):
        raise Malformed("duration", "no column tells how long it was")
    billable = billable or Decimal(0)
    if disposition == ANSWERED and answer is None and "answer" not in layout.columns:
        answer = start + timedelta(seconds=max(0.0, float(duration - billable)))
    values = _values(told, digest, zone, LocalTimes(start, answer, end), duration, billable, disposition)
    if answer and end and disposition == ANSWERED:
        _check_span(values["ended_at"] - values["answered_at"], billable)
    return values


def _check_span(talked: timedelta, billable: Decimal) -> None:
    """Raise Malformed where a column of minutes, or of something else, was taken for that of billable seconds."""
    if talked - timedelta(seconds=float(billable)) > ROUNDED_DOWN:
        seconds = f"{talked.total_seconds():.0f}"
        raise Malformed("duration", f"it was answered for {seconds} seconds, and {billable} are billable")


def _time(text: str, column: str, order: str) -> datetime | None:
    return written_time(text, column, order) if text.strip("0-: .") else None


def _span(first: datetime, last: datetime) -> Decimal:
    if (first.tzinfo is None) != (last.tzinfo is None):
        raise Malformed("time", "one of its times is in a time zone, another is not")
    return Decimal(max(0, int((last - first).total_seconds())))


def _values(
    told: Mapping[str, str], digest: str, zone: tzinfo, times: LocalTimes, duration: Decimal, billable: Decimal,
    disposition: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the values by their names. What identifies the record is taken from the line's hash where it is missing.

    The same line is then the same record whenever it is read again.
    """
    uniqueid = told.get("uniqueid") or f"line-{digest[:40]}"
    moments = moments_of(times, duration, billable, zone, uniqueid)
    return {
        "uniqueid": uniqueid,
        "linkedid": told.get("linkedid") or uniqueid,
        "sequence": sequence_of(told.get("sequence") or str(int(digest[:15], 16) % SEQUENCES)),
        "payload_hash": digest,
        "src": told.get("src", ""),
        "dst": told.get("dst", ""),
        "dialled": "",
        "caller_id": told.get("clid", ""),
        "channel": told.get("channel", ""),
        "destination_channel": told.get("dstchannel", ""),
        "account_code": told.get("account", ""),
        "started_at": moments.start,
        "answered_at": moments.answer,
        "ended_at": moments.end,
        "duration_seconds": duration,
        "billable_seconds": billable,
        "disposition": disposition,
    }
