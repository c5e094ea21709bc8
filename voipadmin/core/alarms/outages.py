"""Outages of PostgreSQL. Alarms are rows in it, so that of an outage is opened when it is over, with its real times.

1. Who notices keeps the beginning in its memory and in Redis, where it outlives the process, and says so in the log.
2. Whoever reaches the database again opens the alarm. Several may have noticed, each knowing a part of it or all: what
   ended no earlier than an outage began is the same one.
"""

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import psycopg
import structlog
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.alarms.services import Sighting, report_events
from voipadmin.core.models import Alarm

log = structlog.get_logger(__name__)

DATABASE_AWAY = declare(
    AlarmKind(
        "database_away",
        _(
            "The database did not answer from %(began)s to %(ended)s (%(seconds)d s), as %(noticed_by)s noticed: calls"
            " that have to be asked about were refused, and nothing was saved. Close this alarm when you know why:"
            " %(cause)s"
        ),
        "database",
        name=_("Database away"),
        advice=_("Read PostgreSQL’s log of that time: disk, memory, connections or a restart."),
    )
)
KEY = "core:database_away"
KEPT_FOR = timedelta(days=30)
SAID_EVERY_SECONDS = 30
LONGEST_CAUSE = 200
# By the classes of SQLSTATE: connection, resources (disk, memory, connections), operator intervention. Deadlocks and
# serialization failures, which Django calls OperationalError too, are none.
AWAY_STATES = ("08", "53", "57P")


@dataclass(frozen=True)
class Outage:
    """Since when the database does not answer, who noticed first, and what was said."""

    began: str
    noticed_by: str
    cause: str

    @property
    def began_at(self) -> datetime:
        """Return the moment."""
        return datetime.fromisoformat(self.began)


class _Memory:
    """What this process noticed; its threads share it."""

    def __init__(self) -> None:
        self.outage: Outage | None = None
        self.said_at = 0.0
        self.lock = Lock()


_memory = _Memory()


def is_outage(error: BaseException) -> bool:
    """Tell whether an error means that the database serves nobody, rather than that one statement failed."""
    if isinstance(error, OperationalError | InterfaceError) and error.__cause__ is not None:
        error = error.__cause__
    if not isinstance(error, psycopg.OperationalError | OperationalError | InterfaceError):
        return False
    state = getattr(error, "sqlstate", None)
    return state is None or state.startswith(AWAY_STATES)


def note_outage(error: BaseException, *, noticed_by: str, now: datetime | None = None) -> None:
    """Remember an outage from now on, unless one is known, and log it every 30 seconds; other errors are left alone."""
    if not is_outage(error):
        return
    # A message may span lines and name hosts: the alarm is read by administrators only.
    seen = Outage((now or timezone.now()).isoformat(), noticed_by, " ".join(str(error).split())[:LONGEST_CAUSE])
    with _memory.lock:
        _memory.outage = _memory.outage or seen
        outage, silent = _memory.outage, time.monotonic() - _memory.said_at
        if silent >= SAID_EVERY_SECONDS:
            _memory.said_at = time.monotonic()
            log.error("database_away", since=outage.began, noticed_by=noticed_by, error=seen.cause)
    try:
        cache.add(KEY, asdict(outage), KEPT_FOR.total_seconds())
    except (RedisError, OSError):
        return  # the memory has it


def outage_since() -> datetime | None:
    """Return since when the database does not answer, as far as anybody told."""
    found = _known()
    return min((outage.began_at for outage in found), default=None)


def report_outage(*, now: datetime | None = None) -> bool:
    """Open the alarm of an outage that is over, as this call shows; return whether there was one to tell."""
    found = _known()
    if not found:
        return False
    ended, first = now or timezone.now(), min(found, key=lambda outage: outage.began)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [KEY])
        told = Alarm.objects.filter(kind=DATABASE_AWAY.code, last_seen_at__gte=first.began_at).exists()
        if not told:
            report_events([_sighting(first, ended)], now=ended)
    _forget(first)
    return not told


def _sighting(outage: Outage, ended: datetime) -> Sighting:
    began = outage.began_at
    details: dict[str, Any] = asdict(outage) | {
        "began": _in_words(began),
        "ended": _in_words(ended),
        "seconds": round((ended - began).total_seconds()),
    }
    return Sighting(DATABASE_AWAY, details=details, began=min(began, ended))


def _in_words(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(" ", "seconds")


def _known() -> list[Outage]:
    """Return what this process noticed and what Redis keeps."""
    try:
        kept = cache.get(KEY)
    except (RedisError, OSError):
        kept = None
    found = [_memory.outage, Outage(**kept) if kept else None]
    return [outage for outage in found if outage is not None]


def _forget(told: Outage) -> None:
    with _memory.lock:
        _memory.outage, _memory.said_at = None, 0.0
    log.info("database_back", since=told.began)
    try:
        cache.delete(KEY)
    except (RedisError, OSError):
        return  # what is told already is not told again
