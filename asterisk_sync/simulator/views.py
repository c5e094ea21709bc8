"""The page of the simulator, and the part of it that waits for the node."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from asterisk_sync.models import Node
from asterisk_sync.simulator.checking import Agreement, answer_of, request_check
from asterisk_sync.simulator.forms import GOES_OUT, SimulatorForm
from asterisk_sync.simulator.labels import (
    EMERGENCY_ONE_WAY,
    EMERGENCY_STOPPED,
    HOPS,
    LEFT_OUT,
    OUTCOMES,
    ROUTE_REASONS,
    refusal_label,
)
from asterisk_sync.simulator.live_check import lookups
from asterisk_sync.simulator.results import Authorization, EvaluatedRoute, Simulation
from asterisk_sync.simulator.services import UnanswerableError, simulate_with_context
from billing.authorization.refused.pages import REASON_LABELS as REFUSED
from routing.models import Route
from voipadmin.core.numbering_plan.queries import current_plan, facts_of
from voipadmin.core.numbers.patterns import example_number
from voipadmin.core.numbers.reading import number_of_key

PERMISSION = "routing.view_route"


def simulator(request: HttpRequest) -> HttpResponse:
    """Ask for a call, and show what would become of it; the address holds the question."""
    _require(request)
    asked = "number" in request.GET
    form = SimulatorForm(request.GET if asked else None, user=request.user, initial=_suggestions(request))
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        context |= _answer(request, form)
    template = "simulator" if not request.headers.get("HX-Request") else "region"
    return render(request, f"asterisk_sync/simulator/{template}.html", context)


def check(request: HttpRequest, key: str) -> HttpResponse:
    """Show how simulation and node compare, once the node has answered or its time is up."""
    _require(request)
    user: Any = request.user
    found = answer_of(key, asked_by=user.pk)
    if found is None:
        raise Http404
    context = {"check": found, "waits": found.agreement == Agreement.WAITING, "key": key}
    return render(request, "asterisk_sync/simulator/check.html", context)


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _suggestions(request: HttpRequest) -> dict[str, Any]:
    """Fill in what another page asks about: a customer, or a route by a number that fits it."""
    given: dict[str, Any] = {name: request.GET[name] for name in ("customer", "gateway") if name in request.GET}
    given["direction"] = "in" if "gateway" in given else GOES_OUT
    route = _route(request)
    if route is not None:
        given["number"] = example_number(route.pattern)
        customer = route.customers.first()
        given |= {"customer": customer.pk} if customer else {}
    return given


def _route(request: HttpRequest) -> Route | None:
    try:
        found: Route | None = Route.objects.visible_to(request.user).filter(pk=request.GET.get("route")).first()
    except ValidationError:
        return None
    return found


def _answer(request: HttpRequest, form: SimulatorForm) -> dict[str, Any]:
    try:
        call_context, simulation = simulate_with_context(**form.question())
    except UnanswerableError as error:
        form.take_error(error)
        return {}
    user: Any = request.user
    wanted = lookups(call_context, simulation)
    node = Node.objects.get(name=simulation.node)
    return _shown(simulation) | {"key": request_check(node, wanted, asked_by=user.pk) if wanted else ""}


def _shown(simulation: Simulation) -> dict[str, Any]:
    fitting = [route for route in simulation.routes if route.fits]
    return {
        "simulation": simulation,
        "outcome": OUTCOMES[simulation.outcome],
        "why": refusal_label(simulation.refusal),
        "emergency": _emergency(simulation),
        "steps": [(HOPS[step.hop], step) for step in simulation.steps],
        "fitting": _with_reasons(fitting),
        "others": _with_reasons([route for route in simulation.routes if not route.fits]),
        "facts": facts_of(number_of_key(simulation.normalised, current_plan())),
        "best": simulation.attempts[0] if simulation.attempts else None,
    } | _authorized(simulation.authorization)


def _authorized(said: Authorization | None) -> dict[str, Any]:
    if said is None:
        return {}
    left_out = [(item, LEFT_OUT[item.reason]) for item in said.left_out]
    return {"said": said, "refused": REFUSED.get(said.reason, ""), "left_out": left_out}


def _emergency(simulation: Simulation) -> Any:
    if not simulation.is_emergency:
        return ""
    if not simulation.goes_through:
        return EMERGENCY_STOPPED
    return EMERGENCY_ONE_WAY if len({attempt.gateway for attempt in simulation.attempts}) == 1 else ""


def _with_reasons(routes: Sequence[EvaluatedRoute]) -> list[tuple[EvaluatedRoute, Any]]:
    return [(route, ROUTE_REASONS[route.reason]) for route in routes]
