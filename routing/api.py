"""The REST API of providers, gateways and routes."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.db.models import QuerySet
from ninja import FilterLookup, FilterSchema
from pydantic import Field

from customers.models import Customer, Transport
from routing import services
from routing.models import (
    Authentication,
    CallerIdRule,
    Gateway,
    GatewaySelection,
    NumberFormat,
    Provider,
    ProviderType,
    Route,
    SentFormat,
)
from voipadmin.core.api.access import visible_reference
from voipadmin.core.api.crud import crud_router
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Amount, Currency, Input, Output, Port, secret_field

Digits = Annotated[str, Field(max_length=21)]
Strip = Annotated[int, Field(ge=0, le=15)]


class ProviderIn(Input):
    """An upstream carrier."""

    name: Annotated[str, Field(max_length=120)]
    type: ProviderType = ProviderType.BOTH
    cost_per_minute: Amount = Decimal(0)
    currency: Currency = settings.DEFAULT_CURRENCY
    notes: Annotated[str, Field(max_length=4000)] = ""


class ProviderOut(Output):
    """An upstream carrier."""

    id: uuid.UUID
    name: str
    type: ProviderType
    cost_per_minute: Decimal
    currency: str
    notes: str
    created_at: datetime
    updated_at: datetime


class ProviderFilters(FilterSchema):
    """What a list of providers may be narrowed by."""

    type: ProviderType | None = None
    search: Annotated[str | None, FilterLookup("name__icontains")] = None


class GatewayIn(Input):
    """A SIP peer of a provider; `ip_address` may be a host name, too."""

    name: Annotated[str, Field(max_length=60)]
    provider_id: uuid.UUID
    ip_address: Annotated[str, Field(max_length=253)]
    port: Port = 5060
    transport: Transport = Transport.UDP
    codecs: Annotated[str, Field(max_length=100)] = "alaw,ulaw"
    authentication: Authentication = Authentication.IP
    username: Annotated[str, Field(max_length=60)] = ""
    secret: str | None = secret_field("For registration; an empty one clears it.")
    sent_format: SentFormat = SentFormat.AS_DIALLED
    carrier_code: Annotated[str, Field(max_length=2)] = ""
    tech_prefix: Digits = ""
    strip_digits: Strip = 0
    prepend: Digits = ""
    number_format: NumberFormat = NumberFormat.AUTOMATIC
    caller_id_rule: CallerIdRule = CallerIdRule.KEEP
    caller_id_number: Annotated[str, Field(max_length=15)] = ""
    channel_limit: Annotated[int, Field(ge=1, le=10_000)] = 30
    qualify: bool = True
    reroute_forbidden: bool = False
    enabled: bool = True


class GatewayOut(Output):
    """A SIP peer of a provider, without its secret."""

    id: uuid.UUID
    name: str
    provider_id: uuid.UUID
    ip_address: Annotated[str, Field(validation_alias="host")]
    port: int
    transport: Transport
    codecs: str
    authentication: Authentication
    username: str
    sent_format: SentFormat
    carrier_code: str
    tech_prefix: str
    strip_digits: int
    prepend: str
    number_format: NumberFormat
    caller_id_rule: CallerIdRule
    caller_id_number: str
    channel_limit: int
    qualify: bool
    reroute_forbidden: bool
    enabled: bool
    created_at: datetime
    updated_at: datetime


class GatewayFilters(FilterSchema):
    """What a list of gateways may be narrowed by."""

    provider_id: uuid.UUID | None = None
    enabled: bool | None = None
    search: Annotated[str | None, FilterLookup(["name__icontains", "host__icontains"])] = None


class RouteGatewayIn(Input):
    """A gateway's place in a route; the weight counts where the route chooses by weight."""

    gateway_id: uuid.UUID
    weight: Annotated[int, Field(ge=1, le=1000)] = 100


class RouteIn(Input):
    """An outbound route. Send `gateway_id` for one gateway, or `gateways` for several in their order."""

    name: Annotated[str, Field(max_length=120)]
    pattern: Annotated[
        str,
        Field(
            max_length=60,
            description=(
                "As dialled, in Asterisk's notation. Digits that begin numbers and are none themselves, such as 5599,"
                " are kept as the pattern of all that begins so."
            ),
        ),
    ]
    priority: Annotated[int, Field(ge=1, le=9_999)] = 10
    gateway_id: uuid.UUID | None = None
    gateways: Annotated[list[RouteGatewayIn] | None, Field(max_length=50)] = None
    customers: Annotated[list[uuid.UUID], Field(max_length=1000, description="Empty: the route is for all.")] = []
    selection: GatewaySelection = GatewaySelection.ORDER
    strip_digits: Strip = 0
    prepend: Digits = ""
    caller_id_number: Annotated[str, Field(max_length=15)] = ""
    ring_seconds: Annotated[int, Field(ge=5, le=300)] = 60
    enabled: bool = True


class RouteGatewayOut(Output):
    """A gateway's place in a route."""

    gateway_id: uuid.UUID
    weight: int


class RouteOut(Output):
    """An outbound route; `gateway_id` is the first of its `gateways`."""

    id: uuid.UUID
    name: str
    pattern: str
    priority: int
    gateway_id: uuid.UUID | None
    gateways: list[RouteGatewayOut]
    customers: list[uuid.UUID]
    selection: GatewaySelection
    strip_digits: int
    prepend: str
    caller_id_number: str
    ring_seconds: int
    enabled: bool
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_gateways(route: Route) -> list[Any]:
        """Return the steps in their order."""
        return sorted(route.steps.all(), key=lambda step: (step.position, step.pk))

    @staticmethod
    def resolve_gateway_id(route: Route) -> uuid.UUID | None:
        """Return the first step's gateway."""
        steps = RouteOut.resolve_gateways(route)
        return steps[0].gateway_id if steps else None

    @staticmethod
    def resolve_customers(route: Route) -> list[uuid.UUID]:
        """Return whom it is for."""
        return [customer.pk for customer in route.customers.all()]


class RouteFilters(FilterSchema):
    """What a list of routes may be narrowed by."""

    gateway_id: Annotated[uuid.UUID | None, FilterLookup("steps__gateway")] = None
    customer_id: Annotated[uuid.UUID | None, FilterLookup("customers")] = None
    enabled: bool | None = None
    search: Annotated[str | None, FilterLookup(["name__icontains", "pattern__icontains"])] = None


def _with_steps(routes: QuerySet[Route]) -> QuerySet[Route]:
    return routes.prefetch_related("steps", "customers")


def _save_route(route: Route, rest: dict[str, Any], user: Any) -> Route:
    steps = _steps_of(rest, user)
    if steps is None:
        steps = [] if route._state.adding else services.steps_of(route)
    customers = (
        [visible_reference(Customer.objects.all(), key=key, user=user, field="customers") for key in rest["customers"]]
        if "customers" in rest
        else list(route.customers.all())
    )
    return services.save_route(route=route, steps=steps, customers=customers)


def _steps_of(rest: dict[str, Any], user: Any) -> list[services.RouteStep] | None:
    """Return the steps that were sent, or None where none were."""
    single, several = rest.get("gateway_id"), rest.get("gateways")
    if single is not None and several is not None:
        error = FieldError("gateway_id", "ambiguous", "Send gateway_id or gateways, not both.")
        raise ProblemError.of_errors(422, [error])
    if single is not None:
        return [services.RouteStep(gateway=_gateway(single, user, "gateway_id"))]
    if several is None:
        return None
    return [
        services.RouteStep(gateway=_gateway(step["gateway_id"], user, "gateways"), weight=step["weight"])
        for step in several
    ]


def _gateway(key: uuid.UUID, user: Any, field: str) -> Any:
    return visible_reference(Gateway.objects.all(), key=key, user=user, field=field)


providers_router = crud_router(
    Resource(
        model=Provider,
        tag="providers",
        read=ProviderOut,
        write=ProviderIn,
        filters=ProviderFilters,
        ordering=("name", "created_at", "updated_at"),
        default_ordering="name",
    )
)
gateways_router = crud_router(
    Resource(
        model=Gateway,
        tag="gateways",
        read=GatewayOut,
        write=GatewayIn,
        columns={"ip_address": "host"},
        filters=GatewayFilters,
        ordering=("name", "created_at", "updated_at"),
        default_ordering="name",
    )
)
routes_router = crud_router(
    Resource(
        model=Route,
        tag="routes",
        read=RouteOut,
        write=RouteIn,
        filters=RouteFilters,
        ordering=("priority", "name", "pattern", "created_at", "updated_at"),
        default_ordering="priority",
        prepare=_with_steps,
        save=_save_route,
    )
)
ROUTERS = {"providers": providers_router, "gateways": gateways_router, "routes": routes_router}
