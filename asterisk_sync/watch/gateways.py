"""Gateways that no node reaches, or at which no node is registered."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from asterisk_sync.alarms import GATEWAY_DOWN, GATEWAY_UNREGISTERED
from asterisk_sync.live.state import LiveState, live_states
from asterisk_sync.models import Node
from routing.models import Authentication, Gateway
from voipadmin.core.alarms.steadiness import report_steadily

REGISTERED = "Registered"
Down = dict[str, dict[str, Any]]


def unreachable_gateways(gateways: Iterable[Gateway], states: Sequence[LiveState]) -> Down:
    """Return by key the gateways that some node knows and none reaches; of those not monitored nothing is known."""
    found = {}
    for gateway in gateways:
        endpoints = [endpoint for state in states if (endpoint := state.endpoint(gateway.name)) is not None]
        if gateway.qualify and endpoints and not any(endpoint.is_reachable for endpoint in endpoints):
            found[str(gateway.pk)] = {"name": gateway.name}
    return found


def unregistered_gateways(gateways: Iterable[Gateway], states: Sequence[LiveState]) -> Down:
    """Return by key the gateways that want a registration, which some node tries and none has."""
    found = {}
    for gateway in gateways:
        tried = [item for state in states if (item := state.registration(gateway.name)) is not None]
        wants = gateway.authentication == Authentication.REGISTRATION
        if wants and tried and all(item.status != REGISTERED for item in tried):
            found[str(gateway.pk)] = {"name": gateway.name}
    return found


def report_down_gateways(now: datetime) -> None:
    """Open an alarm for each gateway that was down for GATEWAY_DOWN_SECONDS, and close those of gateways that are up.

    Where no node tells anything the alarms stay as they are.
    """
    states = list(live_states(Node.objects.filter(enabled=True)).values())
    if not states:
        return
    gateways = list(Gateway.objects.filter(enabled=True))
    for kind, down in (
        (GATEWAY_DOWN, unreachable_gateways(gateways, states)),
        (GATEWAY_UNREGISTERED, unregistered_gateways(gateways, states)),
    ):
        report_steadily(
            kind,
            down,
            now=now,
            opens_after=timedelta(seconds=settings.GATEWAY_DOWN_SECONDS),
            closes_after=timedelta(seconds=settings.GATEWAY_UP_SECONDS),
        )
