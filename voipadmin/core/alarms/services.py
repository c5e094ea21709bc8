"""Opening, repeating and closing of alarms. At most one alarm of a kind is open for a subject."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from voipadmin.core.alarms.history import record_opening, record_step
from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.models import Alarm, AlarmStep, new_id

_SEE = f"""
INSERT INTO {Alarm._meta.db_table} AS alarm
    (id, created_at, updated_at, kind, subject, opened_at, last_seen_at, count, details)
VALUES (%(id)s, %(now)s, %(now)s, %(kind)s, %(subject)s, %(began)s, %(now)s, %(count)s, %(details)s::jsonb)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET
    updated_at = excluded.updated_at, last_seen_at = greatest(alarm.last_seen_at, excluded.last_seen_at),
    count = CASE WHEN %(is_event)s THEN alarm.count + excluded.count ELSE alarm.count END,
    details = excluded.details
RETURNING id, xmax = 0
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
def report_state(
    kind: AlarmKind,
    standing: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime | None = None,
    kept: Collection[str] = (),
) -> None:
    """Make the open alarms of `kind` those of `standing` (subject: details): open what is new, close what is over.

    What stands already is seen again and not counted again: nothing has happened since. Those of `kept` stay open
    though they were not seen.
    """
    is_over = Alarm.objects.filter(kind=kind.code, closed_at=None).exclude(subject__in=[*standing, *kept])
    for alarm in is_over.order_by("subject").select_for_update():
        mark_closed(alarm, now=now)
    _see([Sighting(kind, subject, standing[subject]) for subject in sorted(standing)], now, is_event=False)


@transaction.atomic
def report_subject(
    kind: AlarmKind, subject: str, details: Mapping[str, Any] | None, *, now: datetime | None = None
) -> None:
    """Have the alarm of one subject stand with `details`, or close it where there are none; others stay as they are."""
    if details is not None:
        _see([Sighting(kind, subject, details)], now, is_event=False)
        return
    is_over = Alarm.objects.filter(kind=kind.code, subject=subject, closed_at=None)
    for alarm in is_over.select_for_update():
        mark_closed(alarm, now=now)


@transaction.atomic
def close_alarm(alarm: Alarm, *, actor: str = "", note: str = "", now: datetime | None = None) -> None:
    """Close an alarm; one that is closed stays as it is."""
    held = Alarm.objects.select_for_update().filter(pk=alarm.pk, closed_at=None).first()
    if held is not None:
        mark_closed(held, actor=actor, note=note, now=now)


def mark_closed(alarm: Alarm, *, actor: str = "", note: str = "", now: datetime | None = None) -> None:
    """Close an open alarm whose row the caller has locked."""
    # It was open at least as long as it was seen, whatever the clock that was read.
    alarm.closed_at, alarm.closed_by = max(now or timezone.now(), alarm.opened_at), actor
    alarm.save(update_fields=["closed_at", "closed_by", "updated_at"])
    record_step(alarm, AlarmStep.CLOSED, at=alarm.closed_at, actor=actor, note=note)


@transaction.atomic
def _see(sightings: list[Sighting], now: datetime | None, *, is_event: bool) -> None:
    moment = now or timezone.now()
    opened: list[UUID] = []
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
            key, is_new = cursor.fetchone()
            opened += [key] if is_new else []
    for alarm in Alarm.objects.with_silence(timezone.now()).filter(pk__in=opened):
        record_opening(alarm)
