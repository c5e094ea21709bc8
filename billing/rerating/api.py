"""The REST API of re-ratings: start one, look at its differences, approve or cancel it."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import FilterSchema, Status
from pydantic import Field

from billing.models import Rerating, ReratingStatus
from billing.rerating import services
from customers.models import Customer
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Moment, Output


class ReratingIn(Input):
    """A period whose calls are rated again; `started_before` is not included."""

    started_from: Moment
    started_before: Moment
    customer_id: Annotated[uuid.UUID | None, Field(description="Null: all customers.")] = None
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class DifferenceOut(Output):
    """What a job changes for one customer in one currency; `movement` is above zero for the customer."""

    customer_id: uuid.UUID | None
    currency: str
    calls: int
    old_price: Decimal
    new_price: Decimal
    movement: Decimal


class ReratingOut(Output):
    """A job; `summary` counts the calls looked at, changed, written and left alone."""

    id: uuid.UUID
    started_from: datetime
    started_before: datetime
    customer_id: uuid.UUID | None
    reason: str
    status: ReratingStatus
    progress: dict[str, int]
    summary: dict[str, int]
    actor: str
    approved_by: str
    approved_at: datetime | None
    applied_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ReratingFilters(FilterSchema):
    """What a list of jobs may be narrowed by."""

    customer_id: uuid.UUID | None = None
    status: ReratingStatus | None = None


reratings = Resource(
    model=Rerating,
    tag="reratings",
    read=ReratingOut,
    filters=ReratingFilters,
    ordering=("created_at", "started_from"),
    default_ordering="-created_at",
)
reratings_router = crud_router(reratings)
CHANGE = Needs("billing.change_rerating")


@reratings_router.post(
    "/", response={201: ReratingOut}, auth=Needs("billing.add_rerating"), operation_id="start_rerating"
)
def start_rerating(request: HttpRequest, payload: ReratingIn) -> Any:
    """Have a preview computed."""
    values = payload.model_dump()
    key = values.pop("customer_id")
    with domain_call({"customer": "customer_id"}, Rerating):
        rows = Customer.objects.all()
        customer = visible_reference(rows, key=key, user=request.user, field="customer_id") if key else None
        job = services.start_rerating(customer=customer, actor=request.user.get_username(), **values)
    return Status(201, reratings.shown(job, request.user))


@reratings_router.get(
    f"{ONE}/differences",
    response=list[DifferenceOut],
    auth=Needs("billing.view_rerating"),
    operation_id="list_rerating_differences",
)
def list_rerating_differences(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """List what the job changes, by customer and currency."""
    return [DifferenceOut.model_validate(row) for row in find(reratings, request.user, id).differences.all()]


@reratings_router.post(f"{ONE}/approve", response=ReratingOut, auth=CHANGE, operation_id="approve_rerating")
def approve_rerating(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have the preview written; refused where prices changed since."""
    with domain_call({}, Rerating):
        job = find(reratings, request.user, id)
        job = services.approve_rerating(rerating=job, actor=request.user.get_username())
    return reratings.shown(job, request.user)


@reratings_router.post(f"{ONE}/compute", response=ReratingOut, auth=CHANGE, operation_id="compute_rerating")
def compute_rerating(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have the preview computed once more."""
    with domain_call({}, Rerating):
        job = services.compute_again(rerating=find(reratings, request.user, id))
    return reratings.shown(job, request.user)


@reratings_router.post(f"{ONE}/cancel", response=ReratingOut, auth=CHANGE, operation_id="cancel_rerating")
def cancel_rerating(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Give the job up."""
    with domain_call({}, Rerating):
        job = services.cancel_rerating(rerating=find(reratings, request.user, id))
    return reratings.shown(job, request.user)
