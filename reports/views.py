"""The dashboard: the day so far, polled from a cached fragment."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from redis.exceptions import RedisError

from billing.authorization.refused.queries import refused_since
from billing.models import Cdr
from reports.dashboard_stats import dashboard_stats
from reports.live_panel import live_panel
from voipadmin.core.alarms.queries import alarm_count, open_alarms

LIVE_SECONDS = 2
RECENT_CALLS = 8
SHOWN_ALARMS = 5
RECENTLY = timedelta(hours=1)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the dashboard; its live part comes with it and is then polled."""
    _require(request)
    return render(request, "reports/dashboard.html", {"live": _live_fragment(request)})


def dashboard_live(request: HttpRequest) -> HttpResponse:
    """Answer the poll: figures, peers and recent calls."""
    _require(request)
    return HttpResponse(_live_fragment(request))


def dashboard_hours(request: HttpRequest) -> JsonResponse:
    """Answer the chart: calls by hour, today and yesterday."""
    _require(request)
    user: Any = request.user
    stats = dashboard_stats(user, timezone.now())
    return JsonResponse({"hours": [asdict(hour) for hour in stats.hours]})


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("reports.view_dashboard"):
        raise PermissionDenied


def _live_fragment(request: HttpRequest) -> str:
    """Return the live part, at most two seconds old; all who see everything share it. Without Redis it is made anew."""
    user: Any = request.user
    whose = "all" if user.sees_everything else str(user.pk)
    key = f"dashboard:{whose}:{user.role}:{get_language()}"
    try:
        cached: str | None = cache.get(key)
        if cached is None:
            cached = _render_live(request)
            cache.set(key, cached, LIVE_SECONDS)
    except (RedisError, OSError):
        return _render_live(request)
    return cached


def _render_live(request: HttpRequest) -> str:
    user: Any = request.user
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
    }
    return render_to_string("reports/dashboard_live.html", context, request=request)
