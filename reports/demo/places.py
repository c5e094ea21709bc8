"""Where the demo's parties are: on the loopback beside a real node, else in networks that are reserved for examples."""

import os
from dataclasses import dataclass
from typing import Any

from asterisk_sync.models import Node
from voipadmin.core.services import save_object

PREFIX = "VOIPADMIN_DEMO_NODE_"
NUMBERS = {"ami_port"}
HISTORY_NODE = "demo"


@dataclass(frozen=True, slots=True)
class Places:
    """The first three numbers of the gateways' and the customers' addresses."""

    carriers: str
    customers: str

    def carrier(self, spot: int) -> str:
        """Return a gateway's address."""
        return f"{self.carriers}.{spot}"

    def customer(self, spot: int) -> str:
        """Return a customer's address."""
        return f"{self.customers}.{spot}"


LOOPBACK = Places("127.70.0", "127.71.0")
EXAMPLES = Places("198.51.100", "203.0.113")


def node_values() -> dict[str, Any]:
    """Return the fields of the demo's node that the environment names."""
    found = {key.removeprefix(PREFIX).lower(): value for key, value in os.environ.items() if key.startswith(PREFIX)}
    return {field: int(value) if field in NUMBERS else value for field, value in found.items()}


def choose_places() -> Places:
    """Return the loopback where a node runs here: no demo call may leave the machine."""
    return LOOPBACK if node_values() else EXAMPLES


def register_node() -> Node | None:
    """Make the node that the environment names, or bring its paths and secret up to date; None where it names none."""
    values = node_values()
    name = values.get("name")
    if not name:
        return None
    node = Node.objects.filter(name=name).first() or Node()
    if node._state.adding or any(getattr(node, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(node, field, value)
        save_object(node)
    return node
