"""What Asterisk does with objects now: telephones that are registered, and calls that are up."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from asterisk_sync.live.objects import ENDPOINT_NAMES
from asterisk_sync.live.state import LiveState, live_states
from asterisk_sync.models import Node
from customers.models import Customer, Extension
from numbering.models import DID, DIDAllocation
from routing.models import Gateway
from voipadmin.core.pages.entities.consequences import Figure, tells_use_of
from voipadmin.core.viewer import Viewer

# Of more endpoints than these all are read: that is less than the list of their names.
MOST_NAMED = 1_000


@tells_use_of(Extension, Gateway)
def _endpoints(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    name_of = ENDPOINT_NAMES[rows.model]
    names = {name_of(row) for row in rows.iterator()}
    states = _states(names)
    found = [item for state in states for item in state.endpoints if item.name in names]
    if not found:
        yield _unknown()
        return
    if rows.model is Extension:
        yield _counted(_("Telephones registered"), sum(len(item.contacts) for item in found))
    yield _counted(_("Calls up now"), sum(item.active_channels for item in found))


@tells_use_of(Customer)
def _customers(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    states = _states()
    if not states:
        yield _unknown()
        return
    registered = {item.name for state in states for item in state.endpoints if item.contacts}
    own = set(Extension.objects.filter(customer__in=rows).values_list("sip_username", flat=True))
    yield _counted(_("Telephones registered"), len(own & registered))
    codes = set(rows.values_list("code", flat=True))
    calls = {item.linkedid for state in states for item in state.channels if item.account_code in codes}
    yield _counted(_("Calls up now"), len(calls))


@tells_use_of(DID)
def _numbers(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    current = DIDAllocation.objects.current().filter(did__in=rows).exclude(extension=None).order_by()
    names = set(current.values_list("extension__sip_username", flat=True))
    states = _states(names)
    if not states:
        yield _unknown()
        return
    numbers = set(rows.values_list("number", flat=True))
    calls = {
        item.linkedid
        for state in states
        for item in state.channels
        if not numbers.isdisjoint((item.extension, item.caller_number, item.connected_number))
    }
    yield _counted(_("Calls up now"), len(calls))
    if names:
        telephones = (item for state in states for item in state.endpoints if item.name in names)
        yield _counted(_("Telephones registered"), sum(len(item.contacts) for item in telephones))


@tells_use_of(Node)
def _nodes(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    states = list(live_states(rows).values())
    if not states:
        yield _unknown()
        return
    # Carriers and trunks have contacts, too, that stand in a file.
    others = set(Gateway.objects.values_list("name", flat=True))
    endpoints = (item for state in states for item in state.endpoints)
    telephones = (item for item in endpoints if item.contacts and not item.name.startswith("trunk."))
    yield _counted(_("Telephones registered"), sum(1 for item in telephones if item.name not in others))
    yield _counted(_("Calls up now"), sum(state.calls for state in states))


def _states(names: set[str] | None = None) -> list[LiveState]:
    few = names if names is not None and len(names) <= MOST_NAMED else None
    return list(live_states(Node.objects.filter(enabled=True), few).values())


def _counted(label: str, count: int) -> Figure:
    return Figure(label, str(count), matters=count > 0)


def _unknown() -> Figure:
    """Say that nothing is known, which is not the same as nobody calling."""
    return Figure(_("Calls up now"), _("unknown: no node tells"))
