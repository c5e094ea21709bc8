"""The columns of a file of calls, and how they are read from the records."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Direction, Disposition, UnratedReason
from reports.kit.columns import Column, Kind, Row
from voipadmin.core.numbers.labels import KIND_LABELS

AMOUNT_PLACES = 6
CHUNK = 5_000

COLUMNS = (
    Column("started_at", _("started at"), Kind.MOMENT),
    Column("answered_at", _("answered at"), Kind.MOMENT),
    Column("ended_at", _("ended at"), Kind.MOMENT),
    Column("direction", _("direction")),
    Column("src", _("from"), Kind.DIGITS),
    Column("caller", _("caller"), Kind.DIGITS),
    Column("called_number", _("called number"), Kind.DIGITS),
    Column("dst", _("dialled"), Kind.DIGITS),
    Column("called_kind", _("kind of number")),
    Column("called_country", _("country")),
    Column("customer", _("customer")),
    Column("did", _("DID"), Kind.DIGITS),
    Column("route", _("route")),
    Column("gateway", _("gateway")),
    Column("disposition", _("result")),
    Column("cause", _("cause"), Kind.COUNT),
    Column("sip_code", _("SIP code"), Kind.COUNT),
    Column("post_dial_delay_ms", _("post-dial delay"), Kind.COUNT),
    Column("duration_seconds", _("duration"), Kind.SECONDS),
    Column("billable_seconds", _("billable"), Kind.SECONDS),
    Column("billed_seconds", _("billed seconds"), Kind.COUNT),
    Column("tariff", _("tariff")),
    Column("matched_pattern", _("matched prefix or pattern"), Kind.DIGITS),
    Column("applied_rate", _("rate applied")),
    Column("price", _("price"), Kind.DECIMAL, places=AMOUNT_PLACES),
    Column("currency", _("currency")),
    Column("cost", _("cost"), Kind.DECIMAL, places=AMOUNT_PLACES),
    Column("cost_currency", _("currency of the cost")),
    Column("margin", _("margin"), Kind.DECIMAL, places=AMOUNT_PLACES),
    Column("unrated_reason", _("why it has no price")),
    Column("node_name", _("node")),
    Column("attempt", _("attempt"), Kind.COUNT),
    Column("linkedid", _("linked ID")),
)
# Column -> where it is read, where that is not a column of the record by its name.
PATHS = {"customer": "customer__code", "did": "did__number", "route": "route__name", "gateway": "gateway__name",
         "tariff": "tariff__name"}  # fmt: skip
# Columns with words of their own.
WORDS: dict[str, dict[str, Any]] = {
    "direction": dict(Direction.choices),
    "disposition": dict(Disposition.choices),
    "called_kind": {kind.value: label for kind, label in KIND_LABELS.items()},
    "unrated_reason": dict(UnratedReason.choices),
}


def words_of() -> dict[str, dict[str, str]]:
    """Return the words for codes, column by column, in the active language."""
    return {name: {code: str(word) for code, word in words.items()} for name, words in WORDS.items()}


def read_columns(calls: QuerySet[Any], columns: tuple[Column, ...]) -> Any:
    """Return the query that reads the columns' values from records, in their order."""
    return calls.values_list(*(PATHS.get(column.name, column.name) for column in columns))


def call_rows(calls: QuerySet[Any], columns: tuple[Column, ...], *, in_words: bool) -> Iterator[Row]:
    """Yield a row for each record, read in chunks; codes are put into words where people read them."""
    names = [column.name for column in columns]
    words = words_of() if in_words else {}
    spoken = [(place, words[name]) for place, name in enumerate(names) if name in words]
    for read in read_columns(calls, columns).iterator(chunk_size=CHUNK):
        values = list(read)
        for place, known in spoken:
            values[place] = known.get(values[place], values[place])
        yield Row(dict(zip(names, values, strict=True)))
