"""Nodes and gateways as the dashboard shows them: reachable or not, and the calls that are up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asterisk_sync.models import Node
from routing.models import Gateway


@dataclass(frozen=True)
class Peer:
    """A node or a gateway; `state` is reachable, unreachable or unknown."""

    name: str
    url: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class LivePanel:
    """What is up now; `calls_up` is None where no node tells."""

    calls_up: int | None
    nodes: Sequence[Peer]
    gateways: Sequence[Peer]


def live_panel(user: Any) -> LivePanel:
    """Return what is up now, for those who may see nodes."""
    if not user.has_perm("asterisk_sync.view_node"):
        return LivePanel(None, (), ())
    nodes = [Peer(node.name, node.get_absolute_url(), "unknown") for node in Node.objects.filter(enabled=True)]
    gateways = [Peer(item.name, item.get_absolute_url(), "unknown") for item in Gateway.objects.filter(enabled=True)]
    return LivePanel(None, nodes, gateways)
