"""Opening, repeating and closing of alarms. At most one alarm of a kind is open for a subject."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.models import Alarm, new_id

_SEE = f"""
INSERT INTO {Alarm._meta.db_table} AS alarm
    (id, created_at, updated_at, kind, subject, opened_at, last_seen_at, count, details)
VALUES (%(id)s, %(now)s, %(now)s, %(kind)s, %(subject)s, %(began)s, %(now)s, %(count)s, %(details)s::jsonb)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET
    updated_at = excluded.updated_at, last_seen_at = greatest(alarm.last_seen_at, excluded.last_seen_at),
    count = CASE WHEN %(is_event)s THEN alarm.count + excluded.count ELSE alarm.count END,
    details = excluded.details
"""  # noqa: S608 - a name of our own table


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that was seen `count` times; the sentence of its kind names the `details`.

    `began` is when it began, where that was before it could be reported.
    """

    kind: AlarmKind
    subject: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1
    began: datetime | None = None


def report_events(sightings: Iterable[Sighting], *, now: datetime | None = None) -> None:
    """Open an alarm for each kind and subject, or count the new sightings on the one that is open.

    It belongs to the end of the transaction that saw them: others that see the same wait for it.
    """
    together: dict[tuple[str, str], Sighting] = {}
    for seen in sightings:
        before = together.get((seen.kind.code, seen.subject))
        count = seen.count + (before.count if before else 0)
        together[seen.kind.code, seen.subject] = replace(seen, count=count)
    # In one order, so that two transactions do not wait for each other.
    _see([seen for _key, seen in sorted(together.items(), key=lambda item: item[0])], now, is_event=True)


@transaction.atomic
def report_state(kind: AlarmKind, standing: Mapping[str, Mapping[str, Any]], *, now: datetime | None = None) -> None:
    """Make the open alarms of `kind` those of `standing` (subject: details): open what is new, close what is over.

    What stands already is seen again and not counted again: nothing has happened since.
    """
    is_over = Alarm.objects.filter(kind=kind.code, closed_at=None).exclude(subject__in=standing)
    is_over.update(closed_at=now or timezone.now(), updated_at=timezone.now())
    _see([Sighting(kind, subject, standing[subject]) for subject in sorted(standing)], now, is_event=False)


def close_alarm(alarm: Alarm, *, now: datetime | None = None) -> None:
    """Close an alarm; one that is closed stays as it is."""
    moment = now or timezone.now()
    Alarm.objects.filter(pk=alarm.pk, closed_at=None).update(closed_at=moment, updated_at=timezone.now())


def _see(sightings: list[Sighting], now: datetime | None, *, is_event: bool) -> None:
    moment = now or timezone.now()
    with connection.cursor() as cursor:
        for seen in sightings:
            cursor.execute(
                _SEE,
                {
                    "id": new_id(),
                    "now": moment,
                    "began": seen.began or moment,
                    "kind": seen.kind.code,
                    "subject": seen.subject,
                    "count": seen.count,
                    "details": json.dumps(dict(seen.details)),
                    "is_event": is_event,
                },
            )
