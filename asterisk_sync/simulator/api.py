"""The REST API of the simulator."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from asterisk_sync.models import Node
from asterisk_sync.simulator.checking import Agreement, check_now
from asterisk_sync.simulator.labels import ROUTE_REASONS, refusal_label
from asterisk_sync.simulator.live_check import lookups
from asterisk_sync.simulator.results import CallRefusal, Hop, Outcome, RouteReason, Simulation
from asterisk_sync.simulator.services import LONGEST_CALL, LONGEST_NUMBER, simulate_with_context
from billing.authorization.calls.explanation import LeftOut
from customers.models import Customer, Extension
from routing.models import Gateway
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import domain_call
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.schemas import Input, Moment, Output

simulations_router = Router(tags=["simulations"])
Number = Annotated[str, Field(min_length=1, max_length=LONGEST_NUMBER, pattern=r"^[!-~]+$")]


class SimulationIn(Input):
    """A call to simulate: one of customer, extension and gateway says who calls, or where it comes in."""

    number: Number
    customer_id: uuid.UUID | None = None
    extension_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    caller_id: Annotated[str, Field(max_length=LONGEST_NUMBER, pattern=r"^[!-~]*$")] = ""
    at: Moment | None = Field(default=None, description="Now where it is left out.")
    seconds: Annotated[int, Field(ge=0, le=int(LONGEST_CALL.total_seconds()))] = 60
    node_id: uuid.UUID | None = None
    live: bool = Field(default=False, description="Compare with what the node runs.")


class StepOut(Output):
    """A place that the call comes to before its route is looked for."""

    hop: Hop
    context: str
    number: str
    name: str


class ConsideredRouteOut(Output):
    """A route in the order in which the dialplan searches it, and why it is taken or not."""

    id: uuid.UUID
    name: str
    pattern: str
    priority: int
    position: str
    context: str
    reason: RouteReason
    explanation: str
    is_taken: bool


class MoneyOut(Output):
    """What the call comes to by one gateway."""

    price: Decimal | None
    currency: str
    cost: Decimal | None
    cost_currency: str
    cost_source: str
    margin: Decimal | None


class AttemptOut(Output):
    """What a gateway would be sent."""

    number: int
    route: uuid.UUID
    gateway: str
    gateway_id: uuid.UUID
    provider: str
    sent_number: str
    caller: str
    ring_seconds: int
    channel_limit: int
    channels_in_use: int | None
    reachable: bool | None
    share: Decimal | None
    money: MoneyOut
    expected_cost: Decimal | None
    expected_currency: str


class LeftOutGatewayOut(Output):
    """A gateway that the authorizer does not let the call go by."""

    route: uuid.UUID
    gateway: str
    reason: LeftOut
    expected_cost: Decimal | None
    expected_currency: str


class AuthorizationOut(Output):
    """What the authorizer would say; `reason` is that of refused calls, nothing where the call is let through."""

    allowed: bool
    reason: str
    detail: str
    expected_seconds: int
    price: Decimal | None
    currency: str
    available: Decimal | None
    cap_left: Decimal | None
    first_seconds: int | None
    longest_seconds: int | None
    left_out: list[LeftOutGatewayOut]


class LimitsOut(Output):
    """What the customer may do at once."""

    channels: int
    channels_in_use: int | None
    calls_per_second: int


class AppliedTariffOut(Output):
    """The tariff that prices the call."""

    id: uuid.UUID
    pattern: str
    rate: str
    effective_from: datetime


class BillOut(Output):
    """What the customer is charged."""

    tariff: AppliedTariffOut | None
    billed_seconds: int | None
    price: Decimal | None
    currency: str
    unrated_reason: str


class DifferenceOut(Output):
    """A place where the node has something else: `-` expected, `+` on the node."""

    place: str
    lines: list[str]


class LiveCheckOut(Output):
    """How the simulation and the node compare."""

    node: str
    agreement: Agreement
    compared: int
    differences: list[DifferenceOut]
    reason: str


class SimulationOut(Output):
    """What would become of the call."""

    node: str
    direction: str
    customer: str
    number: str
    normalised: str
    is_emergency: bool
    caller: str
    context: str
    outcome: Outcome
    refusal: CallRefusal | None
    explanation: str
    cause: int | None
    steps: list[StepOut]
    targets: list[str]
    routes: list[ConsideredRouteOut]
    attempts: list[AttemptOut]
    limits: LimitsOut | None
    bill: BillOut
    is_asked: bool
    authorization: AuthorizationOut | None
    live: LiveCheckOut | None


@simulations_router.post("/", response=SimulationOut, auth=Needs("routing.view_route"), operation_id="simulate_call")
def simulate(request: HttpRequest, payload: SimulationIn) -> Any:
    """Tell what would become of a call. Nothing is dialled, nothing is stored."""
    caller = _caller(request.user, payload)
    nodes: Any = Node.objects.filter(enabled=True)
    node = None
    if payload.node_id is not None:
        node = visible_reference(nodes, key=payload.node_id, user=request.user, field="node_id")
    with domain_call():
        call_context, simulation = simulate_with_context(
            caller=caller,
            number=payload.number,
            caller_id=payload.caller_id,
            at=payload.at,
            node=node,
            duration=timedelta(seconds=payload.seconds),
        )
    live = (
        check_now(node or Node.objects.get(name=simulation.node), lookups(call_context, simulation))
        if payload.live
        else None
    )
    return _shown(simulation, live)


def _caller(user: Any, payload: SimulationIn) -> Customer | Extension | Gateway:
    given = [
        (name, queryset, key)
        for name, queryset, key in (
            ("customer_id", Customer.objects.all(), payload.customer_id),
            ("extension_id", Extension.objects.select_related("customer"), payload.extension_id),
            ("gateway_id", Gateway.objects.all(), payload.gateway_id),
        )
        if key is not None
    ]
    if len(given) != 1:
        error = FieldError("customer_id", "one_caller", "Send one of customer_id, extension_id and gateway_id.")
        raise ProblemError.of_errors(422, [error])
    name, queryset, key = given[0]
    found: Customer | Extension | Gateway = visible_reference(queryset, key=key, user=user, field=name)
    return found


def _shown(simulation: Simulation, live: Any) -> dict[str, Any]:
    values = {name: getattr(simulation, name) for name in SimulationOut.model_fields if hasattr(simulation, name)}
    routes = [
        {name: getattr(route, name) for name in ConsideredRouteOut.model_fields if hasattr(route, name)}
        | {"explanation": str(ROUTE_REASONS[route.reason])}
        for route in simulation.routes
    ]
    return values | {"explanation": str(refusal_label(simulation.refusal)), "routes": routes, "live": live}
