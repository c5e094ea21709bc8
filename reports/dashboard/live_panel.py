"""Nodes and gateways as the dashboard shows them: reachable or not, and the calls that are up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asterisk_sync.live.state import LiveEndpoint, LiveState, live_states
from asterisk_sync.models import Node
from routing.models import Gateway
from voipadmin.core.tables.links import page_of

REACHABLE, UNREACHABLE, UNKNOWN = "reachable", "unreachable", "unknown"


@dataclass(frozen=True)
class PeerStatus:
    """A node or a gateway; `state` is reachable, unreachable or unknown, `milliseconds` its round trip."""

    name: str
    url: str
    state: str
    calls: int = 0
    milliseconds: float | None = None


@dataclass(frozen=True)
class LivePanel:
    """What is up now; `calls_up` is None where no node tells."""

    calls_up: int | None
    calls_ringing: int
    nodes: Sequence[PeerStatus]
    gateways: Sequence[PeerStatus]


NOTHING = LivePanel(None, 0, (), ())


def live_panel(user: Any) -> LivePanel:
    """Return what is up now, for those who may see nodes."""
    if not user.has_perm("asterisk_sync.view_node"):
        return NOTHING
    nodes = list(Node.objects.filter(enabled=True))
    gateways = list(Gateway.objects.filter(enabled=True))
    states = live_states(nodes, [gateway.name for gateway in gateways])
    known = [states[node.pk] for node in nodes if node.pk in states]
    return LivePanel(
        calls_up=sum(state.calls_up for state in known) if known else None,
        calls_ringing=sum(state.calls - state.calls_up for state in known),
        nodes=[_node_status(node, states.get(node.pk)) for node in nodes],
        gateways=[_gateway_status(gateway, known) for gateway in gateways],
    )


def _node_status(node: Node, state: LiveState | None) -> PeerStatus:
    if state is None:
        return PeerStatus(node.name, page_of(node), UNREACHABLE)
    return PeerStatus(node.name, page_of(node), REACHABLE, calls=state.calls)


def _gateway_status(gateway: Gateway, states: Iterable[LiveState]) -> PeerStatus:
    """Return a gateway as the nodes see it: reachable where at least one node reaches it."""
    endpoints = [endpoint for state in states if (endpoint := state.endpoint(gateway.name)) is not None]
    if not endpoints:
        return PeerStatus(gateway.name, page_of(gateway), UNKNOWN)
    reachable = any(endpoint.is_reachable for endpoint in endpoints)
    return PeerStatus(
        gateway.name,
        page_of(gateway),
        REACHABLE if reachable else UNREACHABLE,
        calls=sum(endpoint.active_channels for endpoint in endpoints),
        milliseconds=_shortest(endpoints),
    )


def _shortest(endpoints: Iterable[LiveEndpoint]) -> float | None:
    known = [endpoint.rtt_milliseconds for endpoint in endpoints if endpoint.rtt_milliseconds is not None]
    return min(known, default=None)
