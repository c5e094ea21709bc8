"""Simulates one call with few words."""

from datetime import datetime, timedelta

from asterisk_sync.models import Node
from asterisk_sync.simulator.results import Simulation
from asterisk_sync.simulator.services import simulate_with_context
from asterisk_sync.snapshot.values import Snapshot
from customers.models import Customer, Extension
from routing.models import Gateway

A_MINUTE = timedelta(seconds=60)


def simulate_call(
    *,
    caller: Customer | Extension | Gateway | str,
    number: str,
    caller_id: str = "",
    at: datetime | None = None,
    node: Node | None = None,
    snapshot: Snapshot | None = None,
    duration: timedelta = A_MINUTE,
) -> Simulation:
    """Return what would become of a call; raise UnanswerableError."""
    _call_context, simulation = simulate_with_context(
        caller=caller, number=number, caller_id=caller_id, at=at, node=node, snapshot=snapshot, duration=duration
    )
    return simulation
