"""Pages of alarms: the list, an alarm with its history, and what can be done about it; silences."""

from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from redis.exceptions import RedisError

from voipadmin.core.alarm_pages.filters import AlarmFilterSet, AlarmSilenceFilterSet
from voipadmin.core.alarm_pages.forms import NoteForm, SilenceForm, scope_answers
from voipadmin.core.alarm_pages.tables import AlarmSilenceTable, AlarmTable, scope_of
from voipadmin.core.alarms import handling
from voipadmin.core.alarms.kinds import kind_name, kind_of
from voipadmin.core.alarms.queries import AlarmCount, address_of, alarm_count, text_of
from voipadmin.core.models import Alarm, AlarmSilence, AlarmState
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView

COUNT_SECONDS = 5


def _with_silence(queryset: Any) -> Any:
    return queryset.with_silence()


def _alarm_context(alarm: Any, _user: Any) -> dict[str, Any]:
    kind = kind_of(alarm)
    return {
        "kind": kind,
        "kind_name": kind_name(alarm.kind),
        "sentence": text_of(alarm),
        "address": address_of(alarm),
        "events": alarm.events.all(),
        "state_badge": f"alarm_{alarm.state}",
        "others": Alarm.objects.filter(kind=alarm.kind, subject=alarm.subject).exclude(pk=alarm.pk)[:5],
    }


ALARMS = Entity(
    model=Alarm,
    table=AlarmTable,
    filterset=AlarmFilterSet,
    delete=None,
    icon="siren",
    intro=gettext_lazy(
        "What a person has to look at: calls or money that are being lost, and what will not go well for long."
        " Each closes by itself when it is over."
    ),
    empty_hint=gettext_lazy("Nothing calls for attention."),
    join=_with_silence,
    detail_context=_alarm_context,
    lead_template="core/alarm/overview.html",
    main_template="core/alarm/history.html",
    actions_template="core/alarm/actions.html",
    list_actions_template="core/alarm/list_actions.html",
    synced=False,
)


def _with_details(queryset: Any) -> Any:
    return queryset.with_details()


def _silence_context(silence: Any, _user: Any) -> dict[str, Any]:
    return {"scope": scope_of(silence)}


SILENCES = Entity(
    model=AlarmSilence,
    table=AlarmSilenceTable,
    filterset=AlarmSilenceFilterSet,
    delete=None,
    icon="bell-off",
    intro=gettext_lazy(
        "Alarms of which nobody is told for a time. They stay in the list, and the time ends by itself."
    ),
    empty_hint=gettext_lazy("An alarm is silenced on its page."),
    join=_with_details,
    groups=(FieldGroup(gettext_lazy("Silence"), ("created_at", "until", "actor", "reason", "ended_at", "ended_by")),),
    detail_context=_silence_context,
    lead_template="core/alarmsilence/scope.html",
    actions_template="core/alarmsilence/actions.html",
    synced=False,
)


class AcknowledgeView(ActionFormView[Alarm]):
    """Notes that somebody sees to an alarm."""

    entity = ALARMS
    form_class = NoteForm
    title = gettext_lazy("Acknowledge the alarm")
    button = gettext_lazy("Acknowledge")

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Acknowledge it."""
        handling.acknowledge_alarm(alarm=instance, actor=self.request.user.get_username(), note=answers["note"])
        return _("The alarm is yours.")


class CloseView(ActionFormView[Alarm]):
    """Closes an alarm by hand."""

    entity = ALARMS
    form_class = NoteForm
    title = gettext_lazy("Close the alarm")
    button = pgettext_lazy("alarm", "Close")
    aside_template = "core/alarm/close_effect.html"

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Close it."""
        handling.close_by_hand(alarm=instance, actor=self.request.user.get_username(), note=answers["note"])
        return _("The alarm is closed.")


class SilenceView(ActionFormView[Alarm]):
    """Silences an alarm, its kind, or all."""

    entity = ALARMS
    form_class = SilenceForm
    title = gettext_lazy("Silence")
    button = gettext_lazy("Silence")

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Silence."""
        actor = self.request.user.get_username()
        handling.silence_alarms(actor=actor, **scope_answers(instance, answers))
        return _("Nobody is told until then. The alarm stays in the list.")


class EndSilenceView(ButtonView[AlarmSilence]):
    """Ends a silence before its time."""

    entity = SILENCES

    def perform(self, instance: AlarmSilence) -> str:
        """End it."""
        handling.end_silence(silence=instance, actor=self.request.user.get_username())
        return _("The silence has ended.")


def alarm_count_fragment(request: HttpRequest) -> HttpResponse:
    """Answer the frame's poll: how many alarms nobody has seen to; staff shares one count, 5 seconds old at most."""
    if not request.user.has_perm("core.view_alarm"):
        raise PermissionDenied
    return render(request, "core/alarm/count.html", {"count": _count(request.user), "open": AlarmState.OPEN})


def _count(user: Any) -> AlarmCount:
    key = f"core:alarm_count:{'all' if user.sees_everything else user.pk}"
    try:
        found: tuple[int, int] | None = cache.get(key)
        if found is None:
            count = alarm_count(user)
            found = (count.open, count.severe)
            cache.set(key, found, COUNT_SECONDS)
    except (RedisError, OSError):
        return alarm_count(user)
    return AlarmCount(*found)
