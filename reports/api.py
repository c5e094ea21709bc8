"""The REST API of the dashboard and the reports."""

import uuid
from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from asterisk_sync.models import Node
from billing.cdrs.queries import CdrFilters, CdrTotals, CurrencyTotals, past_ratings_of
from billing.models import Cdr
from reports.api_schemas import (
    CdrOut,
    CdrQuery,
    CdrReportOut,
    CdrTotalsOut,
    Money,
    PastRatingOut,
    StatsOut,
    TopCustomerOut,
)
from reports.cdr_report import cdr_report
from reports.dashboard.dashboard_stats import dashboard_stats
from reports.dashboard.live_panel import REACHABLE, LivePanel, live_panel
from reports.dids.api import router as dids_router
from reports.traffic.api import router as traffic_router
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, find, refuse_unknown_parameters
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import page_query
from voipadmin.users.models import User

dashboard_router = Router(tags=["dashboard"])
reports_router = Router(tags=["reports"])
reports_router.add_router("", dids_router)
reports_router.add_router("", traffic_router)
cdrs = Resource(
    model=Cdr,
    tag="cdr",
    read=CdrOut,
    columns={"duration": "duration_seconds", "billsec": "billable_seconds"},
    ordering=("started_at", "duration", "billsec"),
    default_ordering="-started_at",
)


_CdrPage: Any = page_query(cdrs.ordering, cdrs.default_ordering)


class CdrPage(_CdrPage):
    """Page and order of the report of calls."""


@reports_router.get("/cdr", response=CdrReportOut, auth=Needs("billing.view_cdr"), operation_id="report_cdr")
def report_cdr(request: HttpRequest, filters: Query[CdrQuery], page: Query[CdrPage]) -> Any:
    """List calls with their price, and the sums of all that the filter finds."""
    refuse_unknown_parameters(request, CdrQuery, CdrPage, hidden=cdrs.hidden_names(request.user))
    wanted = {name: value for name, value in filters.model_dump().items() if value is not None}
    user = cast(User, request.user)
    report = cdr_report(user, CdrFilters(**wanted))
    ordering = cdrs.order_path(page.ordering)
    found, cursor = page_of(report.rows, ordering=ordering, limit=page.limit, cursor=page.cursor)
    totals = None if page.cursor else _totals(report.totals, shows_cost=user.sees_everything)
    items = [cdrs.shown(row, request.user) for row in found]
    return CdrReportOut.model_construct(items=items, next_cursor=cursor, totals=totals)


@reports_router.get(
    f"/cdr{ONE}/ratings",
    response=list[PastRatingOut],
    auth=Needs("billing.view_cdr"),
    operation_id="list_past_ratings",
)
def list_past_ratings(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """List what a call's record said before it was rated again, the latest first."""
    user = cast(User, request.user)
    hidden = {} if user.sees_everything else dict.fromkeys(PastRatingOut.hidden_from_customers)
    rows = past_ratings_of(find(cdrs, user, id))
    return [PastRatingOut.model_validate(row).model_copy(update=hidden) for row in rows]


@dashboard_router.get("/stats", response=StatsOut, auth=Needs("reports.view_dashboard"), operation_id="dashboard_stats")
def read_stats(request: HttpRequest) -> Any:
    """Sum up the day so far."""
    user = cast(User, request.user)
    live = live_panel(user)
    day = dashboard_stats(user, timezone.now(), calls_up=live.calls_up)
    top = [
        _fields(TopCustomerOut, row) | {"money": _money(row.money, shows_cost=day.shows_cost)}
        for row in day.top_customers
    ]
    own = {
        "money": _money(day.money, shows_cost=day.shows_cost),
        "top_customers": top,
        "nodes": _nodes(user, live),
        "gateways": live.gateways,
        "calls_ringing": live.calls_ringing,
    }
    return StatsOut.model_validate(_fields(StatsOut, day) | own)


def _nodes(user: User, live: LivePanel) -> list[dict[str, Any]]:
    reachable = {peer.name for peer in live.nodes if peer.state == REACHABLE}
    nodes = Node.objects.visible_to(user)
    return [{"id": n.pk, "name": n.name, "state": n.state, "reachable": n.name in reachable} for n in nodes]


def _fields(schema: type[Schema], source: Any) -> dict[str, Any]:
    return {name: getattr(source, name) for name in schema.model_fields if hasattr(source, name)}


def _totals(totals: CdrTotals, *, shows_cost: bool) -> CdrTotalsOut:
    money = _money(totals.money, shows_cost=shows_cost)
    return CdrTotalsOut.model_validate(_fields(CdrTotalsOut, totals) | {"money": money})


def _money(totals: Iterable[CurrencyTotals], *, shows_cost: bool) -> list[dict[str, Any]]:
    hidden: dict[str, Any] = {} if shows_cost else {"cost": None, "margin": None, "margin_percent": None}
    return [_fields(Money, total) | hidden for total in totals]
