"""The columns of the table of call records: where the import takes each from, and which it reads of stored records."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from billing.cdrs.lines.attempts import AttemptFacts, AttemptResult, Resolution
from billing.cdrs.lines.spool_format import SpoolRecord
from billing.cdrs.records.attribution import Attribution
from billing.models import Disposition
from billing.rating.calls import PricedCall

ANSWERED = Disposition.ANSWERED.value


class CdrRow(NamedTuple):
    """A record that is about to be copied into the table, as the objects that its columns are read from."""

    id: UUID
    written_at: str
    node_name: str
    record: SpoolRecord
    resolution: Resolution
    attribution: Attribution
    price: PricedCall
    uncharged_reason: str

    @property
    def attempt(self) -> int:
        """Return which attempt of its call it is, counted from 1; a plain Master.csv does not say."""
        return self.record.attempt or 1

    @property
    def recorded_result(self) -> str:
        """Return the result on the record's own line."""
        return self.record.result.to_text()


def _of(path: str, names: Iterable[str]) -> dict[str, str]:
    """Map the columns whose names are those of attributes of the object at `path`."""
    return {name: f"{path}.{name}" for name in names}


# Column of the table -> where its value stands in a CdrRow. Whoever adds a column to Cdr adds it here.
COLUMNS: Mapping[str, str] = {
    "id": "id",
    "created_at": "written_at",
    "updated_at": "written_at",
    "node_name": "node_name",
    **_of("record", ("uniqueid", "linkedid", "sequence", "payload_hash", "src", "dst", "dialled", "caller_id")),
    "caller": "record.caller",
    **_of("record", ("channel", "destination_channel", "account_code", "started_at", "answered_at", "ended_at")),
    **_of("record", ("duration_seconds", "billable_seconds", "disposition")),
    "attempt": "attempt",
    "recorded_result": "recorded_result",
    "is_last_attempt": "resolution.is_last_attempt",
    **_of("resolution.result", AttemptResult._fields),
    **_of("attribution", ("direction", "customer_id", "gateway_id", "route_id", "did_id")),
    "called_number": "attribution.called.key",
    "called_kind": "attribution.called.kind.value",
    "called_country": "attribution.called.country",
    "origin": "attribution.origin",
    **_of("price", PricedCall._fields),
    "uncharged_reason": "uncharged_reason",
}
# One getter for all columns follows the dotted paths in C: per row it costs two microseconds, an expression that names
# each column five.
values_of: Callable[[CdrRow], tuple[Any, ...]] = attrgetter(*COLUMNS.values())


class StoredRecord(NamedTuple):
    """What is read of a stored record whose call has records in the batch. The fields are columns, by their names."""

    uniqueid: str
    id: UUID
    payload_hash: str
    sequence: int
    disposition: str
    destination_channel: str
    recorded_result: str
    is_last_attempt: bool
    dial_status: str
    cause: int | None
    sip_code: int | None
    post_dial_delay_ms: int | None

    @property
    def facts(self) -> AttemptFacts:
        """Return what matters to the other records of its call."""
        recorded = AttemptResult.from_text(self.recorded_result)
        return attempt_facts(self.sequence, self.disposition, self.destination_channel, recorded)

    @property
    def resolution(self) -> Resolution:
        """Return what the database says of it now."""
        result = AttemptResult(self.dial_status, self.cause, self.sip_code, self.post_dial_delay_ms)
        return Resolution(self.is_last_attempt, result)


def attempt_facts(sequence: int, disposition: str, destination: str, recorded: AttemptResult) -> AttemptFacts:
    """Return what matters to the other records of a call, from the columns of one."""
    return AttemptFacts(sequence, disposition == ANSWERED, bool(destination), recorded)
