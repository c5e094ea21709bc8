"""Which errors are an outage of the database, and what is kept of one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import IntegrityError, OperationalError

from voipadmin.core.alarms import outages
from voipadmin.core.alarms.outages import KEY, is_outage, note_outage, outage_since, report_outage
from voipadmin.core.alarms.queries import shown
from voipadmin.core.models import Alarm

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=90)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outages, "_memory", outages._Memory())
    cache.delete(KEY)
    yield
    cache.delete(KEY)


def _django(cause: Exception | None) -> OperationalError:
    error = OperationalError("said")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown("terminating connection"), True),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), True),
        (psycopg.errors.TooManyConnections("too many clients"), True),
        (psycopg.errors.DiskFull("no space left on device"), True),
        (psycopg.errors.DeadlockDetected("deadlock"), False),
        (psycopg.errors.SerializationFailure("could not serialize"), False),
        (psycopg.errors.QueryCanceled("statement timeout"), False),
        (psycopg.errors.UniqueViolation("twice"), False),
        (_django(psycopg.errors.AdminShutdown("terminating connection")), True),
        (_django(psycopg.errors.DeadlockDetected("deadlock")), False),
        (_django(None), True),
        (IntegrityError("twice"), False),
        (OSError("no route to host"), False),
        (ValueError("nonsense"), False),
    ],
)
def test_an_outage_is_told_from_a_statement_that_failed(error: Exception, is_one: bool) -> None:
    assert is_outage(error) is is_one
    note_outage(error, noticed_by="worker")
    assert (outage_since() is not None) is is_one


def _away(now: datetime = NOON, noticed_by: str = "worker") -> None:
    note_outage(psycopg.OperationalError("connection\nrefused"), noticed_by=noticed_by, now=now)


def test_the_alarm_begins_when_the_outage_did() -> None:
    _away()
    _away(NOON + timedelta(seconds=30))
    assert report_outage(now=LATER)
    alarm = Alarm.objects.get(kind="database_away")
    assert (alarm.opened_at, alarm.last_seen_at, alarm.details["seconds"]) == (NOON, LATER, 90)
    assert "connection refused" in shown(alarm).text
    assert not report_outage(now=LATER), "it is told once"


def test_what_another_process_noticed_earlier_is_the_beginning() -> None:
    _away()
    outages._memory.outage = None
    _away(NOON + timedelta(seconds=30), noticed_by="call_authorizer")
    assert outage_since() == NOON
    report_outage(now=LATER)
    assert Alarm.objects.get().opened_at == NOON


def test_it_is_known_without_redis_as_well(settings: Any) -> None:
    nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    _away()
    assert outage_since() == NOON
    assert report_outage(now=LATER)
    assert Alarm.objects.get().opened_at == NOON


def test_of_several_that_noticed_one_outage_one_opens_the_alarm() -> None:
    _away()
    report_outage(now=LATER)
    _away(NOON + timedelta(seconds=40), noticed_by="call_authorizer")
    assert not report_outage(now=LATER + timedelta(seconds=5))
    assert Alarm.objects.get().count == 1
    _away(LATER + timedelta(minutes=5))
    assert report_outage(now=LATER + timedelta(minutes=6))
    assert Alarm.objects.get().count == 2


def test_a_clock_that_was_set_back_meanwhile_breaks_nothing() -> None:
    _away(LATER)
    report_outage(now=NOON)
    assert Alarm.objects.get().opened_at == NOON
