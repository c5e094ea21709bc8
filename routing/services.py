"""Writes of routes; providers and gateways need no more than `save_object`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from routing.beginnings import beginning_patterns
from routing.models import Gateway, Route, RouteGateway
from voipadmin.core.errors import DomainError
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.services import all_or_nothing, save_object

DEFAULT_WEIGHT = 100


class RouteRefused(DomainError):
    """The route's gateways do not make a route."""

    code = "route_refused"


@dataclass(frozen=True)
class RouteStep:
    """A gateway of a route; its place in the sequence is the order, `weight` counts where the route goes by weight."""

    gateway: Gateway
    weight: int = DEFAULT_WEIGHT


def steps_of(route: Route) -> list[RouteStep]:
    """Return a route's gateways as they are stored, for a change that leaves them alone."""
    rows = route.steps.select_related("gateway").order_by("position", "id")
    return [RouteStep(gateway=row.gateway, weight=row.weight) for row in rows]


def save_route(*, route: Route, steps: Sequence[RouteStep], customers: Iterable[Customer] = ()) -> Route:
    """Save a route with its gateways in order and the customers that it is for (none: all), or nothing of it.

    Where the pattern is new, digits alone that no number is are read as in a tariff (`routing.beginnings`).
    """
    if not steps:
        raise RouteRefused(_("A route needs at least one gateway."), field="gateways", code="no_gateway")
    _refuse_repeated([step.gateway for step in steps])
    with all_or_nothing(route):
        stored = Route.objects.select_for_update().filter(pk=route.pk).first()
        if stored is None or stored.pattern != route.pattern:
            route.pattern = pattern_meant(route.pattern, current_plan())
        save_object(route)
        _save_steps(route, steps)
        route.customers.set(customers)
    return route


def pattern_meant(pattern: str, plan: NumberingPlan) -> str:
    """Return a pattern as a route keeps it: digits that begin numbers, as in a tariff, become what says so.

    Raise RouteRefused where they begin both numbers and codes.
    """
    found = beginning_patterns(pattern, plan)
    if len(found) > 1:
        message = _("“%(pattern)s” begins several kinds of numbers. Write which: %(patterns)s.")
        values = {"pattern": pattern, "patterns": ", ".join(f"“{one}”" for one in found)}
        raise RouteRefused(message % values, field="pattern", code="several_beginnings")
    return found[0] if found else pattern


def _refuse_repeated(gateways: Sequence[Gateway]) -> None:
    seen: set[object] = set()
    for gateway in gateways:
        if gateway.pk in seen:
            message = _("%(gateway)s is in the route twice.") % {"gateway": gateway}
            raise RouteRefused(message, field="gateways", code="gateway_repeated")
        seen.add(gateway.pk)


def _save_steps(route: Route, steps: Sequence[RouteStep]) -> None:
    stored = {row.gateway_id: row for row in route.steps.all()}
    for position, step in enumerate(steps, start=1):
        row = stored.pop(step.gateway.pk, None) or RouteGateway(route=route, gateway=step.gateway)
        if row._state.adding or (row.position, row.weight) != (position, step.weight):
            row.position, row.weight = position, step.weight
            save_object(row)
    for leftover in stored.values():
        leftover.delete()
