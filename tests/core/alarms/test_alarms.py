"""Alarms are opened, repeated and closed; one is open of each kind and subject."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext_lazy

from tests.factories.users import UserFactory
from voipadmin.core.alarms.kinds import AlarmKind, declare, kind_of
from voipadmin.core.alarms.queries import open_alarms, shown
from voipadmin.core.alarms.services import Sighting, close_alarm, report_events, report_state
from voipadmin.core.models import Alarm
from voipadmin.users.roles import Role

LOSS = AlarmKind("test_loss", "%(count)d calls to %(place)s", "scale")
AWAY = AlarmKind("test_away", "%(node)s is away", "plug", is_severe=False)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def seen(subject: str = "55", count: int = 1, **details: Any) -> Sighting:
    return Sighting(LOSS, subject, {"place": "Brazil", **details}, count)


def test_what_is_seen_again_is_counted_on_the_alarm_that_is_open() -> None:
    report_events([seen(), seen("1", 5), seen()], now=NOON)
    report_events([seen(count=3, place="Brasil")], now=NOON + timedelta(minutes=1))
    alarm = Alarm.objects.get(subject="55")
    assert (alarm.count, alarm.opened_at, alarm.last_seen_at) == (5, NOON, NOON + timedelta(minutes=1))
    assert alarm.details == {"place": "Brasil"}
    assert Alarm.objects.get(subject="1").count == 5


def test_what_is_seen_after_it_was_closed_is_another_alarm() -> None:
    report_events([seen()], now=NOON)
    first = Alarm.objects.get()
    close_alarm(first, now=NOON + timedelta(hours=1))
    close_alarm(first, now=NOON + timedelta(hours=2))
    report_events([seen()], now=NOON + timedelta(hours=3))
    later, earlier = Alarm.objects.all()
    assert (earlier.closed_at, earlier.count) == (NOON + timedelta(hours=1), 1)
    assert (later.closed_at, later.opened_at, later.count) == (None, NOON + timedelta(hours=3), 1)


def test_a_state_stands_until_it_is_over() -> None:
    report_events([seen()], now=NOON)
    report_state(AWAY, {"a": {"node": "pbx1"}, "b": {"node": "pbx2"}}, now=NOON)
    report_state(AWAY, {"b": {"node": "pbx2"}}, now=NOON + timedelta(minutes=1))
    gone, standing = Alarm.objects.get(subject="a"), Alarm.objects.get(subject="b")
    assert (gone.closed_at, gone.count) == (NOON + timedelta(minutes=1), 1)
    assert (standing.closed_at, standing.count) == (None, 1)
    assert standing.last_seen_at == NOON + timedelta(minutes=1)
    report_state(AWAY, {})
    assert Alarm.objects.filter(closed_at=None).get().kind == LOSS.code


def test_a_late_report_does_not_turn_the_clock_back() -> None:
    report_events([seen()], now=NOON)
    report_events([seen()], now=NOON - timedelta(hours=1))
    assert Alarm.objects.get().last_seen_at == NOON


def test_the_database_keeps_a_second_open_alarm_out() -> None:
    report_events([seen()], now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(kind=LOSS.code, subject="55", opened_at=NOON, last_seen_at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_that_see_the_same_at_once_count_together() -> None:
    started = threading.Barrier(8)

    def see() -> None:
        started.wait()
        for _ in range(10):
            report_events([seen("1"), seen("2")])
        connection.close()

    threads = [threading.Thread(target=see) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Alarm.objects.values_list("subject", "count")) == [("1", 80), ("2", 80)]


def test_an_alarm_is_told_in_the_readers_language_with_its_details() -> None:
    kind = declare(
        AlarmKind("test_found", ngettext_lazy("%(found)d difference", "%(found)d differences", "found"), "scale")
    )
    report_state(kind, {"": {"found": 2}})
    with translation.override("en"):
        assert shown(Alarm.objects.get()).text == "2 differences"


def test_an_alarm_of_another_release_is_shown_by_its_name() -> None:
    known = declare(AlarmKind("test_known", "%(what)s", "scale"))
    report_events([Sighting(known, "7", {"other": 1}), Sighting(AlarmKind("test_unknown", "", ""), "8")])
    texts = {shown(alarm).text for alarm in Alarm.objects.all()}
    assert texts == {"test_known 7", "test_unknown 8"}


def test_two_kinds_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="ledger_differs"):
        declare(AlarmKind("ledger_differs", "something else", "scale"))
    assert kind_of(Alarm(kind="ledger_differs")).icon == "scale"


def test_staff_sees_the_severe_ones_first_and_a_customer_none() -> None:
    declare(LOSS)
    declare(AWAY)
    report_events([seen()], now=NOON)
    report_state(AWAY, {"a": {"node": "pbx1"}})
    found = open_alarms(UserFactory.create(role=Role.VIEWER))
    assert [alarm.text for alarm in found] == ["1 calls to Brazil", "pbx1 is away"]
    assert open_alarms(UserFactory.create(role=Role.CUSTOMER)) == []


def test_an_administrator_closes_an_alarm_in_the_admin(admin_client: Client) -> None:
    report_events([seen()], now=NOON)
    alarm = Alarm.objects.get()
    assert Alarm in site._registry
    chosen = {"action": "close", "_selected_action": [str(alarm.pk)]}
    assert admin_client.post(reverse("admin:core_alarm_changelist"), chosen).status_code == 302
    alarm.refresh_from_db()
    assert alarm.closed_at is not None
