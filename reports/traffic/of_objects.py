"""Figures of one object, which its own page loads: the quality of a gateway, the minutes of an extension."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.accounts.periods import day_of
from billing.cdrs.queries import ANSWERED, ZERO, counted_within
from billing.models import Cdr, Direction
from customers.models import Extension
from reports.dashboard.kpis import ACD_FORMULA, ATTEMPT_ASR_FORMULA, NER_FORMULA, PDD_FORMULA
from reports.traffic.definitions import QUALITY
from reports.traffic.filters import TrafficFilters, days_until, times_of
from reports.traffic.sums import COUNTED, NOTHING, TrafficSums, delays_by, sums_by
from routing.models import Gateway

FORMULAS = (ATTEMPT_ASR_FORMULA, NER_FORMULA, ACD_FORMULA, PDD_FORMULA)
MINUTES_DAYS = 30


@dataclass(frozen=True, slots=True)
class QualityLine:
    """The quality of a time."""

    name: str
    sums: TrafficSums


@require_safe
def gateway_quality(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the quality of a gateway today, in the last seven days and in the seven before, with the formulas."""
    user: Any = request.user
    if not user.has_perm(QUALITY.permission):
        raise PermissionDenied
    gateway = get_object_or_404(Gateway.objects.visible_to(user), pk=pk)
    context = {"gateway": gateway, "lines": quality_lines(gateway, timezone.now()), "formulas": FORMULAS}
    return render(request, "reports/gateway_quality.html", context)


def quality_lines(gateway: Gateway, now: datetime) -> list[QualityLine]:
    """Return the quality of what a gateway was sent in the times that its page shows, by the installation's clock."""
    today, week = days_until(day_of(now), 1), days_until(day_of(now))
    begins, ends = times_of(week, now)
    of_week = TrafficFilters(begins, ends, Direction.OUTBOUND, gateway_id=gateway.pk)
    of_today = replace(of_week, begins=times_of(today, now)[0])
    return [
        QualityLine(_("Today"), _sums(of_today)),
        QualityLine(_("Last 7 days"), _sums(of_week)),
        QualityLine(_("The 7 days before"), _sums(of_week.before())),
    ]


def _sums(filters: TrafficFilters) -> TrafficSums:
    sums = sums_by(filters, "gateway_id", settings.DEFAULT_CURRENCY, COUNTED)
    delays = delays_by(filters, "gateway_id")
    return replace(sums.get(filters.gateway_id, NOTHING), delays=delays.get(filters.gateway_id, NOTHING.delays))


@require_safe
def extension_minutes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what an extension talked in the last 30 days, of calls that it made and of calls that it took."""
    user: Any = request.user
    if not user.has_perm("billing.view_cdr"):
        raise PermissionDenied
    extension = get_object_or_404(Extension.objects.visible_to(user), pk=pk)
    context = {"extension": extension, "talk": minutes_of(extension, timezone.now()), "days": MINUTES_DAYS}
    return render(request, "reports/extension_minutes.html", context)


def minutes_of(extension: Extension, now: datetime) -> Mapping[str, Any]:
    """Return answered calls and minutes of an extension in the last 30 days: `made`, `made_minutes`, `taken`, and so.

    A call is of whoever has a channel of the extension's SIP account. One query over the calls of its customer.
    """
    channel = f"PJSIP/{extension.sip_username}-"
    rows = Cdr.objects.filter(
        ANSWERED, counted_within(now - timedelta(days=MINUTES_DAYS), now), customer=extension.customer_id
    )
    made, taken = Q(channel__startswith=channel), Q(destination_channel__startswith=channel)
    found = rows.order_by().aggregate(
        made=Count("pk", filter=made),
        taken=Count("pk", filter=taken),
        made_seconds=Sum("billable_seconds", filter=made),
        taken_seconds=Sum("billable_seconds", filter=taken),
    )
    return {
        "made": found["made"],
        "taken": found["taken"],
        "made_minutes": (found["made_seconds"] or ZERO) / 60,
        "taken_minutes": (found["taken_seconds"] or ZERO) / 60,
    }
