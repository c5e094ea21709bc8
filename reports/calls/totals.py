"""The sums above the list of calls: from the roll-ups where these tell its filters apart, else of its newest calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.accounts.periods import ONE_DAY, day_of, start_of
from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.pages import NOT_FOR_CUSTOMERS
from billing.cdrs.queries import ZERO, CdrTotals, calls_seen_by, cdr_totals, totals_by_currency
from billing.cdrs.search.paging import page_of_calls, within
from billing.models import Cdr
from reports.kit.pages import ReportView
from reports.models import TrafficDay, TrafficHour
from reports.rollups.days import summed_days
from reports.traffic.days import hours_beside
from reports.traffic.filters import TrafficFilters, is_all_counted
from voipadmin.core.tables.entity_table import format_moment

# So many calls are added up one by one, at most.
MOST = 5_000
# Without a period the last days are summed up; a longer one than this only where days that are summed up tell it.
DAYS, LONGEST = timedelta(days=7), timedelta(days=9)
# Filter of the list -> the column of the roll-ups.
COLUMNS = {
    "customer": "customer_id", "gateway": "gateway_id", "provider": "provider_id", "route": "route_id",
    "direction": "direction", "country": "country", "prefix": "prefix", "cause": "cause",
}  # fmt: skip
PERIOD = frozenset({"since", "until"})
# Sum -> the column of the roll-ups.
SUMS = {
    **{name: name for name in ("records", "calls", "answered_calls", "talk_seconds", "unrated", "losses")},
    "revenue": "price",
    "total_cost": "cost",
    "total_margin": "margin",
    "revenue_with_margin": "price_with_margin",
}


@dataclass(frozen=True, slots=True)
class ListTotals:
    """Sums, what they are of in words, and whether there are more calls than were added up."""

    totals: CdrTotals
    scope: str
    is_partial: bool = False


def totals_of(filters: CdrFilterSet, user: Any, now: datetime) -> ListTotals:
    """Return the sums of the calls that a list shows, as far as `user` may see them, in bounded time.

    1. Where each filter is a column of the roll-ups: from these; without a period, of the last seven days.
    2. Else of the newest calls, one by one, and say so where there are more.
    """
    chosen = filters.chosen
    begins, ends = filters.period()
    cut = _cut_of(chosen, user)
    since, until = begins or start_of(day_of(now - DAYS)), min(ends or now + ONE_DAY, now + ONE_DAY)
    is_told = chosen.keys() - PERIOD <= COLUMNS.keys() and (begins is not None or ends is None)
    if not is_told or not (cut or until - since <= LONGEST):
        return _of_newest(filters, with_cost=user.sees_everything)
    words = ["" if begins else _("The last seven days.")]
    if not is_all_counted(TrafficFilters(since, until)):
        words.append(_("Calls of the last moments are not in it yet."))
    parts = _parts(chosen, cut, since, until, user)
    return ListTotals(_added(parts, with_cost=user.sees_everything), " ".join(filter(None, words)))


def _cut_of(chosen: Mapping[str, Any], user: Any) -> str:
    """Return the cut of summed days that tells the filters, beside the direction; nothing where it takes hours."""
    names = (chosen.keys() & COLUMNS.keys() - {"direction"}) | (set() if user.sees_everything else {"customer"})
    if len(names) > 1:
        return ""
    return COLUMNS[next(iter(names), "direction")]


def _parts(chosen: Mapping[str, Any], cut: str, begins: datetime, ends: datetime, user: Any) -> list[QuerySet[Any]]:
    """Return the sums of days of the time, and the roll-ups of its hours that are in no such day."""
    values = {COLUMNS[name]: getattr(chosen[name], "pk", chosen[name]) for name in chosen.keys() & COLUMNS.keys()}
    of_hours = Q(**values)
    of_days = Q(cut=cut)
    if "direction" in values:
        of_days &= Q(direction=values["direction"])
    if cut in values:
        of_days &= Q(key=str(values[cut]))
    if not user.sees_everything:
        own = list(user.customers.values_list("pk", flat=True))
        of_hours &= Q(customer_id__in=own)
        of_days &= Q(key__in=[str(key) for key in own])
    days = summed_days(begins, ends) if cut else []
    beside = hours_beside(TrafficFilters(begins, ends), days)
    parts: list[QuerySet[Any]] = [TrafficDay.objects.filter(of_days, day__in=days)] if days else []
    return parts if beside is None else [*parts, TrafficHour.objects.filter(of_hours & beside)]


def _added(parts: list[QuerySet[Any]], *, with_cost: bool) -> CdrTotals:
    sums = {f"sum_{name}": Sum(column) for name, column in SUMS.items()}
    rows = [row for part in parts for row in part.order_by().values("currency", "cost_currency").annotate(**sums)]
    groups = [{key.removeprefix("sum_"): value for key, value in row.items()} for row in rows]
    money = totals_by_currency(groups)
    return CdrTotals(
        records=sum(group["records"] for group in groups),
        calls=sum(group["calls"] for group in groups),
        answered=sum(group["answered_calls"] for group in groups),
        talk_seconds=sum((group["talk_seconds"] for group in groups), ZERO),
        unrated=sum(group["unrated"] for group in groups),
        loss_making=sum(group["losses"] for group in groups) if with_cost else 0,
        money=money if with_cost else tuple(total.without_cost() for total in money if total.revenue),
    )


def _of_newest(filters: CdrFilterSet, *, with_cost: bool) -> ListTotals:
    page = page_of_calls(filters.search_for(), MOST)
    found = Cdr.objects.filter(within(page))
    since = ""
    if page.older is not None:
        moment = page.looked_back_to or page.older.value
        since = _("Of the newest calls, back to %(moment)s.") % {"moment": format_moment(moment)}
    return ListTotals(cdr_totals(found, with_cost=with_cost), since, page.older is not None)


class CallsTotalsView(ReportView):
    """The line of sums above the list of calls, which comes after the list."""

    permission = "billing.view_cdr"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sum up what the address filters; filters that make no sense are left out, as they are in the list."""
        user: Any = request.user
        filters = CdrFilterSet(request.GET, queryset=calls_seen_by(user), request=request)
        for name in frozenset() if user.sees_everything else NOT_FOR_CUSTOMERS:
            filters.form.fields.pop(name, None)
        found = totals_of(filters, user, timezone.now())
        context = {
            "totals": found.totals,
            "scope": found.scope,
            "least": found.is_partial,
            "shows_cost": user.sees_everything,
            "parameters": _without_place(request),
        }
        return render(request, "reports/calls_totals.html", context)


def _without_place(request: HttpRequest) -> str:
    parameters = request.GET.copy()
    for name in ("cursor", "page", "per_page", "sort", "columns", "view"):
        parameters.pop(name, None)
    return parameters.urlencode()
