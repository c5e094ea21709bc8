"""The REST API of the numbering plan's rows."""

import uuid
from datetime import date, datetime
from typing import Annotated

from ninja import FilterLookup, FilterSchema
from pydantic import AfterValidator, Field

from voipadmin.core.api.crud import crud_router
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import EARLIEST, LATEST, Input, Output
from voipadmin.core.models import CodeKind, DialingRule, PlanRange, RangeKind, ReadAs, ServiceCode
from voipadmin.core.models.numbering import of_this_country

ORDERING = ("pattern", "created_at", "updated_at")


def _within_reach(day: date | None) -> date | None:
    if day is not None and not EARLIEST.date() <= day < LATEST.date():
        raise ValueError("Use a day from 2000 to 2099.")
    return day


Pattern = Annotated[str, Field(min_length=1, max_length=60)]
Name = Annotated[str, Field(max_length=120)]
FirstDay = Annotated[date | None, AfterValidator(_within_reach), Field(description="The first day on which it holds.")]
EndDay = Annotated[
    date | None, AfterValidator(_within_reach), Field(description="The first day on which it no longer holds.")
]
Search = Annotated[str | None, FilterLookup(["pattern__icontains", "name__icontains"])]


class PlanRowIn(Input):
    """A row of the country's plan."""

    pattern: Pattern
    name: Name = ""
    valid_from: FirstDay = None
    valid_until: EndDay = None


class PlanRowOut(Output):
    """A row of the country's plan."""

    id: uuid.UUID
    pattern: str
    name: str
    valid_from: date | None
    valid_until: date | None
    created_at: datetime
    updated_at: datetime


class DialingRuleIn(PlanRowIn):
    """How a number may be dialled."""

    read_as: ReadAs = ReadAs.NATIONAL
    strip_digits: Annotated[int, Field(ge=0, le=10)] = 0
    enabled: bool = True


class DialingRuleOut(PlanRowOut):
    """How a number may be dialled."""

    read_as: ReadAs
    strip_digits: int
    enabled: bool


class ServiceCodeIn(PlanRowIn):
    """A code that is dialled as it is."""

    kind: CodeKind = CodeKind.SERVICE
    barred: bool = False


class ServiceCodeOut(PlanRowOut):
    """A code that is dialled as it is."""

    kind: CodeKind
    barred: bool


class PlanRangeIn(PlanRowIn):
    """National numbers of a kind."""

    kind: RangeKind = RangeKind.FIXED


class PlanRangeOut(PlanRowOut):
    """National numbers of a kind."""

    kind: RangeKind


class DialingRuleFilters(FilterSchema):
    """What a list of dialling rules may be narrowed by."""

    read_as: ReadAs | None = None
    enabled: bool | None = None
    search: Search = None


class ServiceCodeFilters(FilterSchema):
    """What a list of service codes may be narrowed by."""

    kind: CodeKind | None = None
    barred: bool | None = None
    search: Search = None


class PlanRangeFilters(FilterSchema):
    """What a list of ranges may be narrowed by."""

    kind: RangeKind | None = None
    search: Search = None


dialling_rules_router = crud_router(
    Resource(
        model=DialingRule,
        tag="dialling_rules",
        read=DialingRuleOut,
        write=DialingRuleIn,
        filters=DialingRuleFilters,
        ordering=ORDERING,
        default_ordering="pattern",
        prepare=of_this_country,
    )
)
service_codes_router = crud_router(
    Resource(
        model=ServiceCode,
        tag="service_codes",
        read=ServiceCodeOut,
        write=ServiceCodeIn,
        filters=ServiceCodeFilters,
        ordering=ORDERING,
        default_ordering="pattern",
        prepare=of_this_country,
    )
)
number_ranges_router = crud_router(
    Resource(
        model=PlanRange,
        tag="number_ranges",
        read=PlanRangeOut,
        write=PlanRangeIn,
        filters=PlanRangeFilters,
        ordering=ORDERING,
        default_ordering="pattern",
        prepare=of_this_country,
    )
)
PLAN_ROUTERS = {
    "dialling-rules": dialling_rules_router,
    "service-codes": service_codes_router,
    "number-ranges": number_ranges_router,
}
