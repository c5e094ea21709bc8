"""The DID report of the REST API."""

import uuid
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from numbering.models import DIDStatus
from reports.api_schemas import Figure
from reports.dids.lines import NOT_FOR_CUSTOMERS, DidLine, lines_of
from reports.dids.queries import DidFilters, did_rows, with_lines
from reports.dids.summary import did_summary
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import refuse_unknown_parameters
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.schemas import Output, Page, page_query
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.users.models import User

router = Router(tags=["reports"])
Digits = Annotated[str, Field(max_length=15, pattern="^[0-9]*$")]
Days = Annotated[int, Field(ge=1, le=3650)]
_DidPage: Any = page_query(("number", "status", "since", "monthly_cost"), "number")


class DidPage(_DidPage):
    """Page and order of the DID report."""


class DidQuery(Schema):
    """What the DID report may be narrowed by; `number` and `city` are parts of these."""

    number: Digits = ""
    status: DIDStatus | None = None
    provider_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    area: Digits = ""
    city: Annotated[str, Field(max_length=60)] = ""
    idle_days: Annotated[Days | None, Field(description="No call for so many days.")] = None
    held_days: Annotated[Days | None, Field(description="Where it is for so many days.")] = None


class DidLineOut(Output):
    """A number with rent, and use and revenue of the last 30 days; `result` is null where currencies differ.

    `since` is the start of the allocation, else the end of the last one, else when the number was entered; `idle_days`
    count from the last call, or from there.
    """

    hidden_from_customers: ClassVar = NOT_FOR_CUSTOMERS

    id: uuid.UUID
    number: str
    status: DIDStatus
    provider_id: uuid.UUID | None
    provider: str | None
    customer_id: uuid.UUID | None
    customer: str
    destination: str
    area: str
    city: str
    since: datetime
    held_days: int
    quarantined_until: datetime | None
    last_call_at: datetime | None
    idle_days: int
    calls: int
    minutes: Figure
    monthly_cost: Decimal | None
    cost_currency: str | None
    monthly_price: Decimal
    call_revenue: Decimal
    revenue: Decimal
    currency: str
    result: Decimal | None


class PartOut(Schema):
    """A part of the inventory: the value to filter by, its name, and how many numbers it has."""

    value: str
    name: str
    numbers: int


class RentOut(Schema):
    """Monthly amounts of one currency: to providers (null for people of a customer), and from customers."""

    currency: str
    paid: Decimal | None
    earned: Decimal


class DidTotalsOut(Schema):
    """Sums of all numbers of the report, not of the page; of each cut the parts with the most numbers."""

    numbers: int
    silent: Annotated[int, Field(description="Allocated, and no call in 30 days.")]
    statuses: list[PartOut]
    providers: list[PartOut]
    customers: list[PartOut]
    areas: list[PartOut]
    cities: list[PartOut]
    rents: list[RentOut]


class DidReportOut(Page[DidLineOut]):
    """A page of numbers; the first one comes with the sums, the following have null there."""

    totals: DidTotalsOut | None


@router.get("/dids", response=DidReportOut, auth=Needs("numbering.view_did"), operation_id="report_dids")
def report_dids(request: HttpRequest, filters: Query[DidQuery], page: Query[DidPage]) -> Any:
    """List the numbers with whose they are, since when, where, what they cost and bring, and sum the inventory up."""
    user = cast(User, request.user)
    hidden = frozenset() if user.sees_everything else NOT_FOR_CUSTOMERS
    refuse_unknown_parameters(request, DidQuery, DidPage, hidden=hidden)
    if page.ordering.removeprefix("-") in hidden:
        # The order tells as much as the value, which stands in the cursor as well.
        error = FieldError("ordering", "invalid", "There is no such order.")
        raise ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [error])
    wanted = {name: value for name, value in filters.model_dump().items() if value is not None}
    now, plan = timezone.now(), current_plan()
    rows = did_rows(user, DidFilters(**wanted), plan=plan, now=now)
    found, cursor = page_of(with_lines(rows, user), ordering=page.ordering, limit=page.limit, cursor=page.cursor)
    items = [_shown(line, hidden) for line in lines_of(found, user, plan, now=now)]
    totals = None if page.cursor else did_summary(rows, user, plan, now=now)
    return {"items": items, "next_cursor": cursor, "totals": totals}


def _shown(line: DidLine, hidden: frozenset[str]) -> DidLineOut:
    return DidLineOut.model_validate(line).model_copy(update=dict.fromkeys(hidden))
