"""The live state of an object of the panel: how Asterisk sees it at this moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from asterisk_sync.changes.placement import nodes_carrying
from asterisk_sync.live.history import history_of
from asterisk_sync.live.state import live_states
from asterisk_sync.live.trip_line import TripLine, trip_line
from asterisk_sync.models import Node
from customers.models import Customer, Extension
from routing.models import Authentication, Gateway

# The name under which Asterisk knows an object of each kind.
ENDPOINT_NAMES: dict[type[models.Model], Callable[[Any], str]] = {
    Extension: lambda extension: str(extension.sip_username),
    Gateway: lambda gateway: str(gateway.name),
    Customer: lambda customer: f"trunk.{customer.code}",
}


@dataclass(frozen=True)
class LiveObject:
    """The endpoint of an object on one node; `state` is reachable, unreachable or, of an extension, unregistered."""

    node: str
    state: str
    calls: int
    milliseconds: float | None
    contacts: tuple[str, ...]
    registration: str = ""
    trips: TripLine | None = None


def live_objects_of(instance: models.Model) -> list[LiveObject]:
    """Return how each node with fresh live values sees an object; none for objects that are no endpoints."""
    endpoint_name = ENDPOINT_NAMES.get(type(instance))
    if endpoint_name is None:
        return []
    nodes = {node.pk: node for node in Node.objects.filter(pk__in=nodes_carrying(instance))}
    name, now = endpoint_name(instance), timezone.now()
    found = []
    states = live_states(nodes.values(), [name])
    histories = history_of(list(states), name)
    for pk, state in states.items():
        endpoint = state.endpoint(name)
        registration = state.registration(name) if registers(instance) else None
        if endpoint is not None:
            away = "unregistered" if isinstance(instance, Extension) else "unreachable"
            found.append(
                LiveObject(
                    node=nodes[pk].name,
                    state="reachable" if endpoint.is_reachable else away,
                    calls=endpoint.active_channels,
                    milliseconds=endpoint.rtt_milliseconds,
                    contacts=tuple(contact.uri for contact in endpoint.contacts),
                    registration=registration.status if registration else "",
                    trips=trip_line(histories.get(pk, ()), now),
                )
            )
    return found


def registers(instance: models.Model) -> bool:
    """Tell whether nodes register at the carrier of a gateway; False for other objects."""
    return isinstance(instance, Gateway) and instance.authentication == Authentication.REGISTRATION
