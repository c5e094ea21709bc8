"""Values of call records, one at a time, and why a line is no record; pure."""

import re
from datetime import UTC, datetime
from decimal import Decimal

LONGEST_CALL_SECONDS = 30 * 86_400
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_SEQUENCE = re.compile(r"[0-9]{1,18}")


class Malformed(ValueError):
    """A line that is no record: `reason` is a RejectReason, `detail` says where and what."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def not_a(reason: str, column: str, text: str) -> Malformed:
    """Return that a column holds something else."""
    return Malformed(reason, f"{column} is {text[:40]!r}")


def moment_in_range(moment: datetime, text: str, column: str) -> datetime:
    """Return a moment of this century; raise Malformed."""
    if not _EARLIEST <= moment < _LATEST:
        raise not_a("time", column, text)
    return moment


def seconds_of(text: str, column: str) -> Decimal:
    """Return seconds of a call that lasted no longer than a month; raise Malformed."""
    if not _SECONDS.fullmatch(text):
        raise not_a("duration", column, text)
    seconds = Decimal(text)
    if seconds > LONGEST_CALL_SECONDS:
        raise not_a("duration", column, text)
    return seconds


def sequence_of(text: str) -> int:
    """Return a sequence number; raise Malformed."""
    if not _SEQUENCE.fullmatch(text):
        raise not_a("identity", "sequence", text)
    return int(text)
