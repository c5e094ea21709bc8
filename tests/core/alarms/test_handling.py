"""Alarms are acknowledged, silenced and closed by people; the history has each step, with who and when."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.api.client import ApiClient
from tests.factories.users import UserFactory
from voipadmin.core.alarms import handling
from voipadmin.core.alarms.kinds import AlarmKind, declare, known_kinds
from voipadmin.core.alarms.queries import alarm_count, open_alarms, text_of
from voipadmin.core.alarms.services import Sighting, close_alarm, report_events, report_state
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.models import Alarm, AlarmSilence, AlarmState
from voipadmin.users.roles import Role

AWAY = declare(AlarmKind("test_node_away", "%(node)s is away", "plug", name="Node away"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm() -> Alarm:
    report_state(AWAY, {"a": {"node": "pbx1"}})
    return Alarm.objects.get()


def steps(alarm: Alarm) -> list[tuple[str, str, str]]:
    return [(event.step, event.actor, event.note) for event in alarm.events.all()]


def state(alarm: Alarm) -> AlarmState:
    found: AlarmState = Alarm.objects.with_silence().get(pk=alarm.pk).state
    assert alarm in Alarm.objects.in_state(found)
    assert sum(alarm in Alarm.objects.in_state(each) for each in AlarmState) == 1
    return found


def silence(alarm: Alarm | None = None, **changes: Any) -> AlarmSilence:
    values: dict[str, Any] = {"until": timezone.now() + timedelta(hours=1), "actor": "rui", "reason": "Upgrade"}
    if alarm is not None:
        values |= {"kind": alarm.kind, "subject": alarm.subject}
    return handling.silence_alarms(**(values | changes))


def test_the_history_has_every_step(alarm: Alarm) -> None:
    report_state(AWAY, {"a": {"node": "pbx1"}})
    handling.acknowledge_alarm(alarm=alarm, actor="ana", note="On my way")
    assert state(alarm) == AlarmState.ACKNOWLEDGED
    report_state(AWAY, {})
    assert state(alarm) == AlarmState.CLOSED
    assert steps(alarm) == [("opened", "", ""), ("acknowledged", "ana", "On my way"), ("closed", "", "")]


def test_the_second_of_two_is_told_who_was_first(alarm: Alarm) -> None:
    handling.acknowledge_alarm(alarm=alarm, actor="ana")
    with translation.override("en"), pytest.raises(Conflict, match="ana has acknowledged"):
        handling.acknowledge_alarm(alarm=alarm, actor="rui")
    handling.close_by_hand(alarm=alarm, actor="rui", note="False alarm")
    for act in (handling.close_by_hand, handling.acknowledge_alarm):
        with pytest.raises(Conflict):
            act(alarm=alarm, actor="ana")
    close_alarm(alarm)
    assert steps(alarm)[1:] == [("acknowledged", "ana", ""), ("closed", "rui", "False alarm")]
    assert Alarm.objects.get().closed_by == "rui"


@pytest.mark.parametrize("scope", [{}, {"subject": None}, {"kind": "", "subject": None}], ids=["object", "kind", "all"])
def test_a_silence_holds_for_what_it_names_and_ends_by_itself(alarm: Alarm, scope: dict[str, Any]) -> None:
    report_state(AWAY, {"a": {"node": "pbx1"}, "b": {"node": "pbx2"}})
    other = Alarm.objects.get(subject="b")
    made = silence(alarm, **scope)
    assert state(alarm) == AlarmState.SILENCED
    assert state(other) == (AlarmState.SILENCED if scope else AlarmState.OPEN)
    AlarmSilence.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert state(alarm) == AlarmState.OPEN
    assert handling.end_expired_silences(timezone.now()) == 1
    assert handling.end_expired_silences(timezone.now()) == 0
    assert steps(alarm) == [("opened", "", ""), ("silenced", "rui", "Upgrade"), ("unsilenced", "", "")]
    made.refresh_from_db()
    assert made.ended_at is not None


def test_another_silence_of_the_same_moves_its_end(alarm: Alarm) -> None:
    silence(alarm)
    later = timezone.now() + timedelta(hours=5)
    silence(alarm, until=later, actor="ana")
    assert AlarmSilence.objects.filter(ended_at=None).get().until == later
    found = Alarm.objects.with_silence().get()
    assert found.silenced_until == later


def test_what_another_silence_still_holds_is_not_heard_again(alarm: Alarm) -> None:
    first = silence(alarm)
    silence(alarm, subject=None)
    handling.end_silence(silence=first, actor="ana")
    assert state(alarm) == AlarmState.SILENCED
    assert "unsilenced" not in {step for step, _actor, _note in steps(alarm)}
    with pytest.raises(Conflict):
        handling.end_silence(silence=first, actor="ana")


def test_what_opens_in_a_silence_says_so() -> None:
    silence(kind=AWAY.code)
    report_state(AWAY, {"a": {"node": "pbx1"}})
    assert [step for step, _actor, _note in steps(Alarm.objects.get())] == ["opened", "silenced"]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 91])
def test_a_silence_that_never_begins_or_hardly_ends_is_refused(alarm: Alarm, hours: int) -> None:
    with pytest.raises(DomainError):
        silence(alarm, until=timezone.now() + timedelta(hours=hours))
    with pytest.raises(ValidationError):
        silence(alarm, reason="")


def test_what_somebody_sees_to_is_off_the_dashboard(alarm: Alarm) -> None:
    report_state(AWAY, {"a": {"node": "pbx1"}, "b": {"node": "pbx2"}, "c": {"node": "pbx3"}})
    viewer = UserFactory.create(role=Role.VIEWER)
    assert (alarm_count(viewer).open, alarm_count(viewer).severe) == (3, 3)
    handling.acknowledge_alarm(alarm=alarm, actor="ana")
    silence(Alarm.objects.get(subject="b"))
    assert [item.text for item in open_alarms(viewer)] == ["pbx3 is away"]
    assert alarm_count(viewer).open == 1
    assert alarm_count(UserFactory.create(role=Role.CUSTOMER)).open == 0


def test_an_operator_sees_to_an_alarm_on_its_page(client: Client, alarm: Alarm) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR, username="rui"))
    with translation.override("en"):
        listed = client.get(
            reverse("core:alarm_list"), {"state": "current", "q": "pbx1"}, headers={"accept-language": "en"}
        )
        assert "pbx1 is away" in listed.content.decode()
        page = reverse("core:alarm_detail", args=[alarm.pk])
        client.post(reverse("core:alarm_acknowledge", args=[alarm.pk]), {"note": "Mine"})
        answers = {"scope": "kind", "minutes": "60", "reason": "Upgrade"}
        assert client.post(reverse("core:alarm_silence", args=[alarm.pk]), answers).url == page  # type: ignore[attr-defined]
        shown = client.get(page, headers={"accept-language": "en"}).content.decode()
        assert "Mine" in shown
        assert "Silenced" in shown
        assert AlarmSilence.objects.get().subject is None
        refused = client.post(
            reverse("core:alarm_silence", args=[alarm.pk]), {"scope": "kind", "minutes": "", "reason": "x\x00"}
        )
        assert refused.status_code == 200
        client.post(reverse("core:alarm_close", args=[alarm.pk]), {"note": ""})
    assert state(alarm) == AlarmState.CLOSED
    found = client.get(reverse("core:alarm_list"), {"state": "open"})
    assert "pbx1 is away" not in found.content.decode()


def test_scripts_see_to_alarms_and_their_history(alarm: Alarm) -> None:
    script = ApiClient(UserFactory.create(role=Role.OPERATOR, username="script"))
    listed = script.get("/alarms/?state=open&severe=true&is_closed=false").json()["items"]
    assert [(item["kind"], item["text"], item["state"]) for item in listed] == [(AWAY.code, "pbx1 is away", "open")]
    acknowledged = script.post(f"/alarms/{alarm.pk}/acknowledge", {"note": "Mine"})
    assert (acknowledged.status_code, acknowledged.json()["state"]) == (200, "acknowledged")
    assert script.post(f"/alarms/{alarm.pk}/acknowledge", {}).status_code == 409
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    made = script.post(f"/alarms/{alarm.pk}/silence", {"until": until, "reason": "Upgrade"})
    assert made.status_code == 201, made.content
    assert script.get("/alarms/?state=silenced").json()["items"][0]["silenced_until"] is not None
    assert script.post(f"/silences/{made.json()['id']}/end", {}).status_code == 200
    assert script.post(f"/alarms/{alarm.pk}/close", {"note": "x\x07"}).status_code == 422
    assert script.post(f"/alarms/{alarm.pk}/close", {"note": "Over"}).json()["closed_by"] == "script"
    history = script.get(f"/alarms/{alarm.pk}/events").json()
    assert [event["step"] for event in history] == ["opened", "acknowledged", "silenced", "unsilenced", "closed"]


def test_every_kind_of_the_product_has_a_name_and_says_what_to_do() -> None:
    kinds = [kind for kind in known_kinds() if not kind.code.startswith("test_")]
    assert len(kinds) > 10
    assert [kind.code for kind in kinds if not (kind.name and kind.advice)] == []


def test_one_report_of_many_subjects_writes_one_history_each() -> None:
    report_events(Sighting(AWAY, f"{number:03}", {"node": number}) for number in range(30))
    assert all(len(steps(alarm)) == 1 for alarm in Alarm.objects.all())


def test_figures_are_written_as_the_reader_writes_them() -> None:
    kind = declare(AlarmKind("test_figures", "%(share)s %% of %(name)s, %(spent)s", "plug", name="Figures"))
    report_state(kind, {"": {"share": "12.4", "name": "1.2.3.4", "spent": "1840.20"}})
    alarm = Alarm.objects.get()
    with translation.override("pt-br"):
        assert text_of(alarm) == "12,4 % of 1.2.3.4, 1.840,20"
    with translation.override("en"):
        assert text_of(alarm) == "12.4 % of 1.2.3.4, 1,840.20"
    assert str(alarm) == "Figures"


@pytest.mark.slow(seconds=0.3)
def test_the_list_of_silences_names_each_with_few_queries(
    client: Client, alarm: Alarm, django_assert_max_num_queries: Any
) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    report_state(AWAY, {f"{number}": {"node": f"pbx{number}"} for number in range(20)})
    for each in Alarm.objects.filter(closed_at=None):
        silence(each)
    silence(kind="")
    silence(kind=AWAY.code, subject="never seen")
    with django_assert_max_num_queries(20):
        page = client.get(reverse("core:alarmsilence_list"), headers={"accept-language": "en"}).content.decode()
    assert "pbx17 is away" in page
    assert "Every alarm" in page
    assert "Node away: never seen" in page


def test_an_alarm_whose_object_has_no_page_is_shown_without_a_link(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    report_state(next(kind for kind in known_kinds() if kind.code == "gateway_down"), {"no key": {"name": "GW"}})
    alarm = Alarm.objects.get()
    assert client.get(reverse("core:alarm_detail", args=[alarm.pk])).status_code == 200
    assert [item.address for item in open_alarms(UserFactory.create(role=Role.VIEWER))] == [""]
