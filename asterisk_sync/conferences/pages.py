"""Pages of conferences and their sessions."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.context_processors import PermWrapper
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from asterisk_sync.conferences import services
from asterisk_sync.conferences.filters import ConferenceFilterSet, SessionFilterSet
from asterisk_sync.conferences.forms import AskForm, CallInForm, ConferenceForm
from asterisk_sync.conferences.queries import view_session
from asterisk_sync.conferences.recordings import recording_of
from asterisk_sync.conferences.tables import ConferenceTable, SessionTable
from asterisk_sync.models import Conference, ConferenceLeg, ConferenceSession
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.errors import DomainError
from voipadmin.core.pages import Entity, FieldGroup, Hint, Related, entity_urls
from voipadmin.core.pages.entities.consequences import Figure, Question
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.polling.parts import PolledPart, declare
from voipadmin.core.polling.renewal import address_answer, gives_address
from voipadmin.users.viewers import told_viewer, viewer_told

CHANGE = "asterisk_sync.change_conference"


def _join_conferences(queryset: Any) -> Any:
    going_on = ConferenceSession.objects.current().filter(conference=OuterRef("pk"))
    return queryset.select_related("customer", "dial_in").annotate(
        participant_count=Count("participants", distinct=True),
        last_at=Max("sessions__created_at"),
        goes_on=Exists(going_on),
    )


def _join_sessions(queryset: Any) -> Any:
    return queryset.select_related("conference__customer", "node").annotate(
        leg_count=Count("legs"), joined_count=Count("legs", filter=Q(legs__joined_at__isnull=False))
    )


def live_context(conference: Any, user: Any) -> dict[str, Any]:
    """Return the session that goes on, or the last one, with its calls; and what the user may do."""
    session = conference.sessions.prefetch_related("legs").select_related("conference", "node").first()
    return {
        "conference": conference,
        "session": session,
        "view": view_session(session, user) if session else None,
        "may_change": user.has_perm(CHANGE),
    }


def _conference_context(conference: Any, user: Any) -> dict[str, Any]:
    return {
        **live_context(conference, user),
        "participants": conference.participants.select_related("extension"),
    }


def _session_context(session: Any, user: Any) -> dict[str, Any]:
    return {
        "session": session,
        "view": view_session(session, user),
        "conference": session.conference,
        "has_recording": recording_of(session) is not None,
    }


CONFERENCES = Entity(
    model=Conference,
    table=ConferenceTable,
    filterset=ConferenceFilterSet,
    form=ConferenceForm,
    icon="users-round",
    intro=gettext_lazy("Numbers and extensions of a customer that are called together into one room."),
    empty_hint=gettext_lazy("A conference is a list of people. Starting it calls all of them at once."),
    effect=gettext_lazy(
        "Nothing is called before the conference starts. The calls are the customer's: its routes, prices, limits and"
        " credit hold for each of them."
    ),
    join=_join_conferences,
    hints={"caller_id_number": Hint.MONO},
    related=(
        Related(
            gettext_lazy("Sessions"),
            "asterisk_sync:conferencesession_list",
            "conference",
            "asterisk_sync.view_conferencesession",
            without="conference",
        ),
        Related(gettext_lazy("Calls"), "billing:cdr_list", "conference", "billing.view_cdr", tab="calls"),
    ),
    lead_template="asterisk_sync/conference/lead.html",
    aside_template="asterisk_sync/conference/aside.html",
    actions_template="asterisk_sync/conference/actions.html",
    detail_context=_conference_context,
    delete=services.delete_conference,
    synced=False,
)

SESSIONS = Entity(
    model=ConferenceSession,
    table=SessionTable,
    filterset=SessionFilterSet,
    delete=None,
    icon="history",
    intro=gettext_lazy("Each time that a conference was held: who was there, and what it cost."),
    empty_hint=gettext_lazy("The first conference that starts is the first session."),
    join=_join_sessions,
    groups=(
        FieldGroup(
            gettext_lazy("Session"),
            ("conference", "node", "started_by", "created_at", "closes_at", "ended_at", "end_reason", "recording"),
        ),
    ),
    hints={"recording": Hint.MONO},
    lead_template="asterisk_sync/conference/session.html",
    actions_template="asterisk_sync/conference/session_actions.html",
    detail_context=_session_context,
    staff_only=frozenset({"node"}),
    synced=False,
)


class LiveView(EntityView[Conference]):
    """The part of a conference's page that shows who is there, as it is at this moment."""

    entity = CONFERENCES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Draw it."""
        return self.draw(self.get_instance())

    def draw(self, conference: Conference, error: str = "") -> HttpResponse:
        """Return the part, with what was refused."""
        context = {**live_context(conference, self.request.user), "error": error}
        return render(self.request, "asterisk_sync/conference/live.html", context)


def _draw_part(values: Mapping[str, Any]) -> str:
    """Draw who is there, for all who may see and do the same; forms in it are sent by script, with the page's token."""
    user: Any = viewer_told(values)
    conference = Conference.objects.visible_to(user).get(pk=values["conference"])
    context = {**live_context(conference, user), "perms": PermWrapper(user)}
    return render_to_string("asterisk_sync/conference/live.html", context)


LIVE_PART = declare(PolledPart("conference", _draw_part))


class PollView(EntityView[Conference]):
    """Gives the address at which who is there is polled, to those who may see the conference."""

    entity = CONFERENCES

    def get(self, request: HttpRequest, pk: UUID) -> JsonResponse:
        """Return the address."""
        values = {**told_viewer(request.user), "conference": str(self.get_instance().pk)}
        return address_answer(LIVE_PART, values)


class CommandView(LiveView):
    """Makes one domain call about the session that goes on, or one of its calls, and shows what is there then."""

    http_method_names = ["post"]
    action = "change"
    # Given with each address.
    service: Any = None
    of_leg = False

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Make the call."""
        conference = self.get_instance()
        subject = {"leg": self._leg(conference)} if self.of_leg else {"conference": conference}
        error = ""
        try:
            self.service(**subject)
        except DomainError as refused:
            error = str(refused.message)
        if getattr(request, "htmx", False):
            return self.draw(conference, error)
        if error:
            messages.error(request, error)
        return redirect(conference.get_absolute_url())

    def _leg(self, conference: Conference) -> ConferenceLeg:
        try:
            key = UUID(self.request.POST.get("leg", ""))
        except ValueError as error:
            raise Http404 from error
        return get_object_or_404(ConferenceLeg, session__conference=conference, pk=key)


class StartView(ActionFormView[Conference]):
    """Asks before a conference is started, which makes calls that cost money, and starts it."""

    entity = CONFERENCES
    form_class = AskForm
    title = gettext_lazy("Start the conference")
    button = gettext_lazy("Call everybody")
    effect = gettext_lazy("All participants are called now, on the customer's account and within its limits.")
    aside_template = "asterisk_sync/conference/participants.html"

    def perform(self, instance: Conference, _answers: dict[str, Any]) -> str:
        """Start it."""
        session = services.start_conference(conference=instance, actor=self.request.user.get_username())
        count = session.legs.count()
        return ngettext("%(count)s call is being made.", "%(count)s calls are being made.", count) % {"count": count}

    def aside_context(self, instance: Conference) -> dict[str, Any]:
        """Return who would be called."""
        return {"participants": instance.participants.select_related("extension")}


class EndView(ButtonView[Conference]):
    """Asks before a conference is ended for everybody, and ends it."""

    entity = CONFERENCES
    ask_template = "asterisk_sync/conference/who_is_there.html"

    def question(self, instance: Conference) -> Question:
        """Say whose calls end."""
        session = instance.sessions.prefetch_related("legs").first()
        goes_on = session is not None and session.ended_at is None
        calls = sum(1 for leg in session.legs.all() if leg.is_open) if session is not None and goes_on else 0
        return Question(
            title=_("End the conference %(name)s?") % {"name": instance},
            button=_("End it for everybody"),
            icon="phone-off",
            effects=[_("Everybody who is in the room is put out, and calls that ring end.")],
            figures=[Figure(_("Calls up now"), str(calls), matters=calls > 0)],
            undo=_("It can be started again, which calls everybody again."),
            refusal="" if goes_on else _("This conference does not go on."),
        )

    def ask_context(self, instance: Conference) -> dict[str, Any]:
        """Return who is there."""
        return live_context(instance, self.request.user)

    def perform(self, instance: Conference) -> str:
        """End it."""
        services.end_conference(conference=instance)
        return _("The conference is being ended.")


class CallInView(ActionFormView[Conference]):
    """Calls somebody into the session that goes on."""

    entity = CONFERENCES
    form_class = CallInForm
    title = gettext_lazy("Call somebody in")
    button = gettext_lazy("Call now")
    effect = gettext_lazy("The number is called now, on the customer's account, and joins the room when it answers.")

    def perform(self, instance: Conference, answers: dict[str, Any]) -> str:
        """Call."""
        leg = services.add_to_conference(conference=instance, number=answers["number"], name=answers["name"])
        return _("%(number)s is being called.") % {"number": leg.number}


class RecordingView(EntityView[ConferenceSession]):
    """Sends what was recorded of a session, and notes in the audit log who took it."""

    entity = SESSIONS

    def get(self, request: HttpRequest, pk: UUID) -> FileResponse:
        """Send the file."""
        session = self.get_instance()
        recording = recording_of(session)
        if recording is None:
            raise Http404(_("The recording is not on this machine, or is kept no longer."))
        record_download(request, session, form="WAV", rows=1)
        return FileResponse(recording.open("rb"), as_attachment=True, filename=recording.name)


def _command(name: str, service: Callable[..., object], *, of_leg: bool = False) -> URLPattern:
    view = CommandView.as_view(service=service, of_leg=of_leg)
    return path(f"conferences/<uuid:pk>/{name}/", view, name=f"conference_{name.replace('-', '_')}")


urlpatterns = [
    path("conferences/<uuid:pk>/live/", LiveView.as_view(), name="conference_live"),
    path("conferences/<uuid:pk>/poll/", gives_address(PollView.as_view()), name="conference_poll"),
    path("conferences/<uuid:pk>/start/", StartView.as_view(), name="conference_start"),
    path("conferences/<uuid:pk>/end/", EndView.as_view(), name="conference_end"),
    path("conferences/<uuid:pk>/call-in/", CallInView.as_view(), name="conference_call_in"),
    _command("lock", partial(services.lock_conference, locked=True)),
    _command("unlock", partial(services.lock_conference, locked=False)),
    _command("mute", partial(services.mute_leg, muted=True), of_leg=True),
    _command("unmute", partial(services.mute_leg, muted=False), of_leg=True),
    _command("put-out", services.put_out, of_leg=True),
    _command("call-again", services.call_again, of_leg=True),
    path("conferences/sessions/<uuid:pk>/recording/", RecordingView.as_view(), name="conferencesession_recording"),
    *entity_urls("conferences/sessions", SESSIONS),
    *entity_urls("conferences", CONFERENCES),
]
