"""The dashboard: the day so far, polled from a cached fragment."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.context_processors import PermWrapper
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from billing.authorization.refused.queries import refused_since
from billing.models import Cdr
from reports.dashboard.dashboard_stats import dashboard_stats
from reports.dashboard.live_panel import live_panel
from voipadmin.core.alarms.queries import alarm_count, open_alarms
from voipadmin.core.polling.parts import PolledPart, declare, drawn, poll_address
from voipadmin.core.polling.renewal import address_answer, gives_address
from voipadmin.users.viewers import told_viewer, viewer_told

RECENT_CALLS = 8
SHOWN_ALARMS = 5
RECENTLY = timedelta(hours=1)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the dashboard; its live part comes with it and is then polled."""
    values = told_viewer(_require(request))
    context = {"live": drawn(LIVE_PART, values), "poll": poll_address(LIVE_PART, values)}
    return render(request, "reports/dashboard.html", context)


def dashboard_live(request: HttpRequest) -> HttpResponse:
    """Show the live part alone: figures, peers and recent calls."""
    return HttpResponse(drawn(LIVE_PART, told_viewer(_require(request))))


@gives_address
def dashboard_poll(request: HttpRequest) -> JsonResponse:
    """Return the next address of the live part to somebody who is still logged in."""
    return address_answer(LIVE_PART, told_viewer(_require(request)))


def dashboard_hours(request: HttpRequest) -> JsonResponse:
    """Answer the chart: calls by hour, today and yesterday."""
    _require(request)
    user: Any = request.user
    stats = dashboard_stats(user, timezone.now())
    return JsonResponse({"hours": [asdict(hour) for hour in stats.hours]})


def _require(request: HttpRequest) -> Any:
    if not request.user.has_perm("reports.view_dashboard"):
        raise PermissionDenied
    return request.user


def _draw_live(values: Mapping[str, Any]) -> str:
    """Draw the live part for a user of a customer, or for whoever has a role that sees everything."""
    user: Any = viewer_told(values)
    panel = live_panel(user)
    recent = Cdr.objects.visible_to(user).calls().select_related("customer", "gateway")[:RECENT_CALLS]
    context = {
        "stats": dashboard_stats(user, timezone.now(), calls_up=panel.calls_up),
        "panel": panel,
        "recent": recent,
        "sees_everything": user.sees_everything,
        "alarms": open_alarms(user, most=SHOWN_ALARMS),
        "alarm_count": alarm_count(user),
        "refused_calls": refused_since(timezone.now() - RECENTLY) if user.sees_everything else 0,
        "perms": PermWrapper(user),
    }
    return render_to_string("reports/dashboard_live.html", context)


LIVE_PART = declare(PolledPart("dashboard", _draw_live))
