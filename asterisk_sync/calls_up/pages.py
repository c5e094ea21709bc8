"""The page of the calls up now, the question before calls are ended, and what became of each."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from asterisk_sync.calls_up.filters import read_filters
from asterisk_sync.calls_up.part import CALLS_PART, values_of
from asterisk_sync.calls_up.queries import ShownCall, calls_by_key, scope_of
from asterisk_sync.calls_up.services import hang_up
from asterisk_sync.live.hangups import told_results
from asterisk_sync.models import Node
from billing.models import Direction
from voipadmin.core.errors import DomainError
from voipadmin.core.polling.parts import drawn, poll_address
from voipadmin.core.polling.renewal import address_answer, gives_address

# So many calls are ended only by somebody who types how many they are.
TYPED_FROM = 5
SHOWN = 50
SEE, END = "asterisk_sync.view_call", "asterisk_sync.end_call"


def _require(request: HttpRequest, permission: str) -> Any:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return request.user


@require_safe
def calls_up(request: HttpRequest) -> HttpResponse:
    """Show the calls up now; the part that changes comes with the page and is then polled."""
    user = _require(request, SEE)
    filters, problems = read_filters(request.GET.dict())
    values = values_of(scope_of(user), filters, may_end=user.has_perm(END))
    context = {
        "filters": filters,
        "problems": problems,
        "part": drawn(CALLS_PART, values),
        "poll": poll_address(CALLS_PART, values),
        "renew": f"{reverse('asterisk_sync:calls_up_poll')}?{request.GET.urlencode()}",
        "directions": Direction.choices,
        "nodes": Node.objects.filter(enabled=True).values_list("name", flat=True) if user.sees_everything else (),
        "may_end": user.has_perm(END),
        "sees_cost": user.sees_everything,
    }
    return render(request, "asterisk_sync/calls_up/page.html", context)


@gives_address
@require_safe
def next_poll(request: HttpRequest) -> JsonResponse:
    """Return the next address of the polled part to somebody who is still logged in."""
    user = _require(request, SEE)
    filters, _unread = read_filters(request.GET.dict())
    values = values_of(scope_of(user), filters, may_end=user.has_perm(END))
    return address_answer(CALLS_PART, values)


class HangUpView(View):
    """Asks before calls are ended, and has them ended: those whose keys are given as `call`, or the one as `only`."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse those who may not."""
        _require(request, END)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, or have them ended where the answer is there; whoever reloads the question is asked again."""
        only = request.POST.get("only", "")
        keys = [only] if only else request.POST.getlist("call")
        calls, over = calls_by_key(scope_of(request.user), keys, timezone.now())
        if "confirmed" not in request.POST and calls:
            return self._ask(calls, over)
        if len(calls) >= TYPED_FROM and request.POST.get("typed", "").strip() != request.POST["confirmed"]:
            return self._ask(calls, over, _("Type the number of calls."))
        return self._end(calls)

    def _ask(self, calls: Sequence[ShownCall], over: Sequence[str], problem: str = "") -> HttpResponse:
        context = {
            "calls": calls,
            "over": over,
            "problem": problem,
            "up": sum(shown.call.is_up for shown in calls),
            "shown": calls[:SHOWN],
            "more": max(0, len(calls) - SHOWN),
            "must_type": len(calls) >= TYPED_FROM,
        }
        return render(self.request, "asterisk_sync/calls_up/hang_up.html", context)

    def _end(self, calls: Sequence[ShownCall]) -> HttpResponse:
        user: Any = self.request.user
        try:
            key = hang_up(calls=calls, actor=user)
        except DomainError as error:
            messages.error(self.request, str(error.message))
            return redirect("asterisk_sync:calls_up")
        return redirect("asterisk_sync:hangup_results", key=key)


@require_safe
def results(request: HttpRequest, key: str) -> HttpResponse:
    """Show what became of each call that somebody wanted to end; asked for again until all is known."""
    _require(request, END)
    hangup, scope = told_results(key), scope_of(request.user)
    if hangup is None or not all(scope.sees(outcome.target.customer_id) for outcome in hangup.outcomes):
        raise Http404
    return render(request, "asterisk_sync/calls_up/results.html", {"hangup": hangup})


urlpatterns = [
    path("live/calls/", calls_up, name="calls_up"),
    path("live/calls/poll/", next_poll, name="calls_up_poll"),
    path("live/calls/hang-up/", HangUpView.as_view(), name="hang_up"),
    path("live/calls/hang-up/<slug:key>/", results, name="hangup_results"),
]
