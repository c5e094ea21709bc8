"""Which entries of the audit log a filter means; each filter has an index that begins with it and goes on by time."""

import ipaddress
from datetime import date, datetime, time, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from voipadmin.users.models import User

# A word may be in millions of names: the newest so many entries with it are looked at.
FOUND_BY_WORD = 5_000
CREATE, UPDATE, DELETE = "create", "update", "delete"
WRITES = {CREATE: LogEntry.Action.CREATE, UPDATE: LogEntry.Action.UPDATE, DELETE: LogEntry.Action.DELETE}


def audit_entries() -> QuerySet[LogEntry]:
    """Return all entries with who made them."""
    entries: Any = LogEntry.objects
    rows: QuerySet[LogEntry] = entries.select_related("actor")
    return rows


def by_whom(rows: QuerySet[LogEntry], name: str) -> QuerySet[LogEntry]:
    """Keep what a user did, whose name is given in full; of deleted users what was kept of the name."""
    users = list(User.objects.filter(username__iexact=name.strip()).values_list("pk", flat=True))
    if users:
        return rows.filter(actor__in=users)
    return rows.filter(actor=None).filter(
        RawSQL("lower(actor_email) LIKE %s", [_escaped(name.strip().lower()) + "%"], output_field=BooleanField())
    )


def of_action(rows: QuerySet[LogEntry], action: str) -> QuerySet[LogEntry]:
    """Keep creations, changes, deletions, or events of one kind."""
    if action in WRITES:
        return rows.filter(action=WRITES[action])
    return rows.filter(
        RawSQL(
            "(additional_data ->> 'event') = %s AND additional_data ? 'event'", [action], output_field=BooleanField()
        )
    )


def from_address(rows: QuerySet[LogEntry], address: str) -> QuerySet[LogEntry]:
    """Keep what came from an address, or from any of a network; raise ValueError where it is neither."""
    network = ipaddress.ip_network(address.strip(), strict=False)
    if network.num_addresses == 1:
        return rows.filter(remote_addr=str(network.network_address))
    return rows.filter(RawSQL("remote_addr <<= %s::inet", [str(network)], output_field=BooleanField()))


def with_words(rows: QuerySet[LogEntry], text: str) -> QuerySet[LogEntry]:
    """Keep the entries about objects in whose names words begin so; a key finds what it is of.

    The keys are asked for by themselves, in an order that no index has: else PostgreSQL may walk through millions of
    entries by time to find the few with the word.
    """
    terms = ["".join(sign for sign in word if sign.isalnum() or sign in "._-") for word in text.split()]
    query = " & ".join(f"'{term}':*" for term in terms if term.strip("._-"))
    if not query:
        return rows.none()
    found = LogEntry.objects.filter(
        RawSQL(
            "to_tsvector('simple', translate(object_repr, '<>', '  ')) @@ to_tsquery('simple', %s)",
            [query],
            output_field=BooleanField(),
        )
    )
    keys = list(found.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)[:FOUND_BY_WORD])
    return rows.filter(Q(pk__in=keys) | Q(object_pk=text.strip()))


def from_day(rows: QuerySet[LogEntry], day: date) -> QuerySet[LogEntry]:
    """Keep what happened from the beginning of a day on, by the panel's clock."""
    return rows.filter(timestamp__gte=_start_of(day))


def to_day(rows: QuerySet[LogEntry], day: date) -> QuerySet[LogEntry]:
    """Keep what happened before the end of a day."""
    return rows.filter(timestamp__lt=_start_of(day + timedelta(days=1)))


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
