"""The REST API of refused calls."""

import uuid
from datetime import datetime
from typing import Annotated, ClassVar

from ninja import FilterLookup, FilterSchema
from pydantic import Field

from billing.authorization.rules.values import RefusalReason
from billing.models import RefusedCall
from voipadmin.core.api.crud import crud_router
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Moment, Output


class RefusedCallOut(Output):
    """A call that was not let through, refused at `created_at`; `cause` is what the caller heard (Q.850)."""

    hidden_from_customers: ClassVar = frozenset({"node_name", "uniqueid", "detail"})

    id: uuid.UUID
    created_at: datetime
    customer_id: uuid.UUID
    number: str
    reason: Annotated[
        str, Field(validation_alias="shown_reason", description="People of a customer: `no_rate` for all of ours.")
    ]
    detail: str | None
    cause: int
    node_name: str | None
    uniqueid: str | None


class RefusedCallFilters(FilterSchema):
    """What a list of refused calls may be narrowed by; `refused_before` is not included."""

    customer_id: uuid.UUID | None = None
    node_name: Annotated[str | None, Field(max_length=60)] = None
    reason: Annotated[RefusalReason | None, FilterLookup("shown_reason")] = None
    number: Annotated[str | None, Field(max_length=80), FilterLookup("number__contains")] = None
    refused_from: Annotated[Moment | None, FilterLookup("created_at__gte")] = None
    refused_before: Annotated[Moment | None, FilterLookup("created_at__lt")] = None


refused_calls_router = crud_router(
    Resource(
        model=RefusedCall,
        tag="refused_calls",
        read=RefusedCallOut,
        filters=RefusedCallFilters,
        ordering=("created_at",),
        default_ordering="-created_at",
    )
)
