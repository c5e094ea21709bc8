"""Reads of routes."""

import ipaddress

from django.db.models import Prefetch, QuerySet

from routing.models import Gateway, Route, RouteGateway
from voipadmin.core.text.addresses import Network


def routes_with_steps() -> QuerySet[Route]:
    """Return all routes in the order in which they are tried, with gateways and customers in three queries."""
    steps = RouteGateway.objects.select_related("gateway__provider").order_by("position", "id")
    return Route.objects.prefetch_related(Prefetch("steps", steps), "customers")


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
