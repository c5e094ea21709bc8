"""What log-ins leave behind goes once nothing asks for it, and not before."""

import uuid
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import PASSWORD, UserFactory
from voipadmin.celery import app
from voipadmin.users.log_in import housekeeping
from voipadmin.users.log_in.housekeeping import LOG_INS_KEPT_FOR, forget_expired_log_ins
from voipadmin.users.models import RevokedToken, User

pytestmark = pytest.mark.django_db
SOON, JUST = timedelta(minutes=1), timedelta(seconds=1)


def _session(ends_in: timedelta) -> str:
    store = SessionStore()
    store.set_expiry(ends_in)
    store.create()
    return str(store.session_key)


def _failure(user: User, ago: timedelta) -> AccessAttempt:
    values = {"get_data": "", "post_data": "", "failures_since_start": 1, "http_accept": "", "path_info": "/"}
    made = AccessAttempt.objects.create(username=user.username, user_agent=str(ago), **values)
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=timezone.now() - ago)
    return made


def test_expired_sessions_go_and_those_in_use_stay() -> None:
    over, kept = _session(-JUST), _session(SOON)
    assert forget_expired_log_ins(now=timezone.now())["sessions"] == 1
    assert set(Session.objects.values_list("session_key", flat=True)) == {kept} != {over}


def test_a_line_without_a_session_goes_once_no_session_could_be_that_old() -> None:
    ana = UserFactory.create()
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ended, begins, going_on = (
        UserSession.objects.create(user=ana, ip="192.0.2.1", session_key=key) for key in ("a", "b", _session(SOON))
    )
    UserSession.objects.exclude(pk=begins.pk).update(last_seen_at=timezone.now() - age - JUST)
    forget_expired_log_ins(now=timezone.now())
    assert set(UserSession.objects.all()) == {begins, going_on} != {ended}


def test_failures_that_still_delay_a_log_in_stay() -> None:
    ana, remembered = UserFactory.create(), timedelta(hours=settings.AXES_COOLOFF_TIME)
    old, counting = _failure(ana, remembered + SOON), _failure(ana, remembered - SOON)
    assert forget_expired_log_ins(now=timezone.now())["failures"] == 1
    assert list(AccessAttempt.objects.all()) == [counting] != [old]


def test_log_ins_are_kept_for_a_year() -> None:
    UserFactory.create(username="ana")
    Client().post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    now = timezone.now()
    assert forget_expired_log_ins(now=now + LOG_INS_KEPT_FOR - SOON)["log_ins"] == 0
    assert forget_expired_log_ins(now=now + LOG_INS_KEPT_FOR + SOON)["log_ins"] == 1
    assert not AccessLog.objects.exists()


def test_a_revoked_token_is_forgotten_when_it_would_have_expired() -> None:
    now, ana = timezone.now(), UserFactory.create()
    entries = [RevokedToken.objects.create(user=ana, jti=uuid.uuid4(), expires_at=now + by) for by in (-JUST, SOON)]
    assert forget_expired_log_ins(now=now)["revoked_tokens"] == 1
    assert list(RevokedToken.objects.all()) == entries[1:]


def test_more_than_one_batch_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for _session_number in range(5):
        _session(-JUST)
    assert forget_expired_log_ins(now=timezone.now())["sessions"] == 5
    assert not Session.objects.exists()


def test_beat_does_it_every_hour() -> None:
    app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE["forget-expired-log-ins"]
    _session(-JUST)
    assert app.tasks[entry["task"]].apply().get() == 1
    assert entry["schedule"] <= 3600
