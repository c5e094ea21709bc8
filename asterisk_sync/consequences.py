"""What Asterisk does with an object now: telephones that are registered, and calls that are up."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from asterisk_sync.live.objects import live_objects_of
from asterisk_sync.live.state import LiveState, live_states
from asterisk_sync.models import Node
from customers.models import Customer, Extension
from numbering.models import DID, DIDAllocation
from routing.models import Gateway
from voipadmin.core.pages.entities.consequences import Figure, tells_use_of
from voipadmin.core.viewer import Viewer


@tells_use_of(Extension, Gateway)
def _endpoint(instance: Any, _user: Viewer) -> Iterable[Figure]:
    found = live_objects_of(instance)
    if not found:
        yield _unknown()
        return
    if isinstance(instance, Extension):
        yield _counted(_("Telephones registered"), sum(len(item.contacts) for item in found))
    yield _counted(_("Calls up now"), sum(item.calls for item in found))


@tells_use_of(Customer)
def _customer(customer: Customer, _user: Viewer) -> Iterable[Figure]:
    states = _states()
    if not states:
        yield _unknown()
        return
    registered = {item.name for state in states for item in state.endpoints if item.contacts}
    own = set(Extension.objects.filter(customer=customer).values_list("sip_username", flat=True))
    yield _counted(_("Telephones registered"), len(own & registered))
    calls = {item.linkedid for state in states for item in state.channels if item.account_code == customer.code}
    yield _counted(_("Calls up now"), len(calls))


@tells_use_of(DID)
def _number(did: DID, _user: Viewer) -> Iterable[Figure]:
    states = _states()
    if not states:
        yield _unknown()
        return
    calls = {
        item.linkedid
        for state in states
        for item in state.channels
        if did.number in {item.extension, item.caller_number, item.connected_number}
    }
    yield _counted(_("Calls up now"), len(calls))
    allocation = DIDAllocation.objects.current().filter(did=did).select_related("extension").first()
    if allocation is not None and allocation.extension is not None:
        telephones = sum(len(item.contacts) for item in live_objects_of(allocation.extension))
        yield _counted(_("Telephones registered"), telephones)


@tells_use_of(Node)
def _node(node: Node, _user: Viewer) -> Iterable[Figure]:
    state = live_states([node]).get(node.pk)
    if state is None:
        yield _unknown()
        return
    # Carriers and trunks have contacts, too, that stand in a file.
    others = set(Gateway.objects.values_list("name", flat=True))
    telephones = (item for item in state.endpoints if item.contacts and not item.name.startswith("trunk."))
    yield _counted(_("Telephones registered"), sum(1 for item in telephones if item.name not in others))
    yield _counted(_("Calls up now"), state.calls)


def _states() -> list[LiveState]:
    return list(live_states(Node.objects.filter(enabled=True)).values())


def _counted(label: str, count: int) -> Figure:
    return Figure(label, str(count), matters=count > 0)


def _unknown() -> Figure:
    """Say that nothing is known, which is not the same as nobody calling."""
    return Figure(_("Calls up now"), _("unknown: no node tells"))
