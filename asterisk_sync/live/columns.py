"""Live values of many objects at once, for the columns and filters of lists: one question to Redis for a page of rows.

- `live_columns(rows)` gives the values of the rows of a page by their keys.
- `with_live_state(queryset, state)` narrows a list to the objects that are in a state now.
- `LIVE_STATES` are the states that objects of a model can be in, with their words.

Extensions, gateways and customers that connect by trunk are endpoints; other objects have no live values.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from asterisk_sync.live.objects import ENDPOINT_NAMES
from asterisk_sync.live.state import LiveEndpoint, LiveState, live_endpoints, live_states
from asterisk_sync.models import Node
from customers.models import Customer, CustomerType, Extension
from routing.models import Gateway
from voipadmin.core.errors import Message

log = structlog.get_logger(__name__)

REACHABLE, AWAY, UNKNOWN = "reachable", "away", "unknown"
# By the field that the endpoint's name is made of: a list is narrowed by names.
NAMES: dict[type[models.Model], Any] = {
    Extension: F("sip_username"),
    Gateway: F("name"),
    Customer: Concat(Value("trunk."), F("code")),
}
LIVE_STATES: dict[type[models.Model], tuple[tuple[str, Message], ...]] = {
    Extension: ((REACHABLE, _("Registered")), (AWAY, _("Not registered")), (UNKNOWN, _("Unknown"))),
    Gateway: ((REACHABLE, _("Reachable")), (AWAY, _("Unreachable")), (UNKNOWN, _("Unknown"))),
    Customer: ((REACHABLE, _("Reachable")), (AWAY, _("Unreachable")), (UNKNOWN, _("Unknown"))),
}


@dataclass(frozen=True, slots=True)
class LiveColumns:
    """An object as the nodes see it now: reachable where at least one reaches it, unknown where none tells of it.

    `calls` are its channels on all nodes together, `milliseconds` the shortest round trip, None where none is known.
    """

    state: str = UNKNOWN
    calls: int = 0
    milliseconds: float | None = None
    contacts: int = 0

    @property
    def is_reachable(self) -> bool:
        """Tell whether a call could be sent to it."""
        return self.state == REACHABLE


def live_columns(rows: Sequence[models.Model]) -> dict[Any, LiveColumns]:
    """Return the live values of each of many objects of one model by key, with one query and one question to Redis.

    Where Redis or the nodes are away every state is unknown; objects that are no endpoints have no values.
    """
    name_of = ENDPOINT_NAMES.get(type(rows[0])) if rows else None
    if name_of is None:
        return {}
    names = {row.pk: name_of(row) for row in rows}
    states = _states(set(names.values()))
    by_name: dict[str, list[LiveEndpoint]] = {}
    for state in states:
        for endpoint in state.endpoints:
            by_name.setdefault(endpoint.name, []).append(endpoint)
    return {key: columns_of(by_name.get(name, ())) for key, name in names.items()}


def columns_of(seen: Collection[LiveEndpoint]) -> LiveColumns:
    """Return the values of one object from how each node sees it; pure."""
    if not seen:
        return LiveColumns()
    trips = [endpoint.rtt_milliseconds for endpoint in seen if endpoint.rtt_milliseconds is not None]
    return LiveColumns(
        state=REACHABLE if any(endpoint.is_reachable for endpoint in seen) else AWAY,
        calls=sum(endpoint.active_channels for endpoint in seen),
        milliseconds=min(trips, default=None),
        contacts=sum(len(endpoint.contacts) for endpoint in seen),
    )


def with_live_state(queryset: Any, state: str) -> Any:
    """Narrow extensions, gateways or customers to those in a state now: `reachable`, `away` or `unknown`.

    Another state, or a model without live values, leaves the queryset as it is. What no node tells of is unknown: with
    Redis away that is everything.
    """
    expression = NAMES.get(queryset.model)
    if expression is None or state not in {REACHABLE, AWAY, UNKNOWN}:
        return queryset
    if queryset.model is Customer:
        queryset = queryset.filter(type=CustomerType.TRUNK)
    reachable, away = _names_by_reach()
    wanted = {REACHABLE: reachable, AWAY: away - reachable, UNKNOWN: reachable | away}[state]
    named = queryset.alias(live_name=expression)
    condition = models.Q(live_name__in=sorted(wanted))
    return named.exclude(condition) if state == UNKNOWN else named.filter(condition)


def _states(names: Collection[str]) -> list[LiveState]:
    return list(live_states(_enabled_nodes(), names).values())


def _names_by_reach() -> tuple[set[str], set[str]]:
    """Return the names of the endpoints that some node reaches, and of those that some node does not."""
    reachable: set[str] = set()
    away: set[str] = set()
    for names in live_endpoints(_enabled_nodes()).values():
        for name, is_reachable in names.items():
            (reachable if is_reachable else away).add(name)
    return reachable, away


def _enabled_nodes() -> Iterable[Node]:
    return Node.objects.filter(enabled=True).only("pk")
