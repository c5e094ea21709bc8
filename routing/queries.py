"""Reads of routes."""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from routing.models import Gateway, Route, RouteGateway
from routing.sent_numbers import OtherNumber, code_sent_as_dialled, other_number_sent, sending_of
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.text.addresses import Network


def routes_with_steps() -> QuerySet[Route]:
    """Return all routes in the order in which they are tried, with gateways and customers in three queries."""
    steps = RouteGateway.objects.select_related("gateway__provider").order_by("position", "id")
    return Route.objects.prefetch_related(Prefetch("steps", steps), "customers")


class OtherNumberSent(NamedTuple):
    """A route that could send another number than the one judged by one of its gateways, with an example.

    `is_code`: it sends codes as they are dialled to a gateway that wants E.164, and may read them otherwise.
    """

    route: Route
    gateway: Gateway
    example: OtherNumber
    is_code: bool = False


def other_numbers_of(route: Route, gateways: Iterable[Gateway], plan: NumberingPlan) -> list[OtherNumberSent]:
    """Return the gateways by which a route could send another number than the one that is judged and priced."""
    found: list[OtherNumberSent] = []
    for gateway in gateways:
        sending = sending_of(route, gateway)
        other = other_number_sent(route.pattern, sending, plan)
        code = code_sent_as_dialled(route.pattern, sending, plan)
        found += [OtherNumberSent(route, gateway, other)] if other is not None else []
        found += [OtherNumberSent(route, gateway, code, is_code=True)] if code is not None else []
    return found


def other_numbers_by(
    gateway: Gateway, plan: NumberingPlan, *, as_typed: Gateway | None = None
) -> list[OtherNumberSent]:
    """Return the routes that could send another number by a gateway; `as_typed` is it with answers not saved yet."""
    routes = Route.objects.filter(steps__gateway=gateway.pk).distinct()
    return [found for route in routes for found in other_numbers_of(route, [as_typed or gateway], plan)]


def other_numbers_sent(plan: NumberingPlan) -> list[OtherNumberSent]:
    """Return the same for every route that is enabled, with its enabled gateways."""
    return [
        found
        for route in routes_with_steps().filter(enabled=True)
        for found in other_numbers_of(route, [step.gateway for step in route.steps.all() if step.gateway.enabled], plan)
    ]


def gateway_inside(network: str) -> Gateway | None:
    """Return a gateway whose host is an address of `network`, or None; names are resolved only where they are used."""
    wanted = ipaddress.ip_network(network)
    gateways: list[Gateway] = list(Gateway.objects.order_by("name"))
    return next((gateway for gateway in gateways if _is_inside(gateway.host, wanted)), None)


def _is_inside(host: str, network: Network) -> bool:
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False
