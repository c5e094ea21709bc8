"""The REST API of reports."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from billing.api import CdrFilters, CdrOut, cdrs
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import refuse_unknown_parameters
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.schemas import Page, page_query

dashboard_router = Router(tags=["dashboard"])
reports_router = Router(tags=["reports"])
CdrPage = page_query(cdrs.ordering, cdrs.default_ordering)


@reports_router.get("/cdr", response=Page[CdrOut], auth=Needs("billing.view_cdr"), operation_id="report_cdr")
def report_cdr(request: HttpRequest, filters: Query[CdrFilters], page: Query[CdrPage]) -> Any:
    """List the calls."""
    refuse_unknown_parameters(request, CdrFilters, CdrPage, hidden=cdrs.hidden_names(request.user))
    rows = filters.filter(cdrs.rows(request.user))
    found, cursor = page_of(rows, ordering=cdrs.order_path(page.ordering), limit=page.limit, cursor=page.cursor)
    return Page[CdrOut].model_construct(items=[cdrs.shown(row, request.user) for row in found], next_cursor=cursor)
