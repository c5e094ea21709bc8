"""The dialplan file of incoming calls: from a DID to its customer, and there to a trunk, a telephone or a forward."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from asterisk_sync.rendering.engine import Values, fragment, joined
from asterisk_sync.rendering.pieces import heading, place_of, value_of
from asterisk_sync.rendering.pjsip import INCOMING_CONTEXTS, address_values, entry_context
from asterisk_sync.rendering.route_plan import RoutePlan
from asterisk_sync.rendering.spreading import parts_for, spread_over
from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot, ExtensionSnapshot, Snapshot
from voipadmin.core.numbers.reading import LONGEST_DIALLED, RECEIVED_CONTEXTS

DIDS_IN_A_CONTEXT = 250
CONFERENCE = "conference"


class NumberLine(NamedTuple):
    """The line of a DID: it goes to the extension `entry` of its customer's `context`, with the rest as arguments."""

    number: str
    id: UUID
    gateway: str
    context: str
    entry: str
    forward_to: str
    username: str
    devices: int
    conference: str = ""


def _arrival_context(code: str) -> str:
    return f"va-customer-{code}"


def dids_text(snapshot: Snapshot, plan: RoutePlan) -> str:
    """Return the file of incoming calls."""
    parts = parts_for(len(snapshot.dids), DIDS_IN_A_CONTEXT)
    with_numbers = {did.customer for did in snapshot.dids}
    arrivals = [customer for customer in snapshot.customers if customer.code in with_numbers]
    # In descending order, as a reload reads them fastest: see `route_plan._descending`.
    lines = sorted(_number_lines(snapshot), key=lambda line: line.number, reverse=True)
    buckets = spread_over(lines, place_of, parts)
    return joined(
        _of_all_numbers(parts),
        heading("Customers: ARG1 DID, ARG2 gateway, ARG3 number, ARG4 where to, ARG5 how many devices"),
        *(_arrival(*_arriving(customer, plan)) for customer in arrivals),
        heading("Numbers, by their remainder"),
        *(_numbers(f"va-dids-{part}", tuple(members)) for part, members in buckets.items()),
    )


def did_context(number: str, dids: int) -> str:
    """Return the context that holds a number, where `dids` is how many there are on the node."""
    return f"va-dids-{value_of(number) % parts_for(dids, DIDS_IN_A_CONTEXT)}"


@fragment("extensions_dids.conf")
def _of_all_numbers(parts: int) -> Values:
    formats = [{"context": context, "reading": RECEIVED_CONTEXTS[name]} for name, context in INCOMING_CONTEXTS.items()]
    return {"formats": formats, "parts": parts, "longest_dialled": LONGEST_DIALLED}


def _arriving(customer: CustomerSnapshot, plan: RoutePlan) -> tuple[CustomerSnapshot, str, str]:
    # A fragment is kept by its arguments: without the extensions a change of one of them renders nothing anew.
    alone = replace(customer, extensions=()) if customer.extensions else customer
    return alone, entry_context(customer, plan), plan.search_path_of(customer.code).label


@fragment("extensions_dids/customer.conf")
def _arrival(customer: CustomerSnapshot, entry: str, path_label: str) -> Values:
    return {
        "code": customer.code,
        "id": customer.id,
        "context": _arrival_context(customer.code),
        "active": customer.active,
        "has_conferences": customer.has_conferences,
        "endpoint": customer.endpoint,
        "addresses": address_values(customer),
        "entry": entry,
        "channel_limit": customer.channel_limit,
        "calls_per_second": customer.calls_per_second,
        "caller_id_number": customer.caller_id_number,
        "path_label": path_label,
        "home_area": customer.home_area,
    }


@fragment("extensions_dids/numbers.conf")
def _numbers(context: str, lines: tuple[NumberLine, ...]) -> Values:
    return {"context": context, "lines": [line._asdict() for line in lines]}


def _number_lines(snapshot: Snapshot) -> Iterable[NumberLine]:
    arrivals = {customer.code: (_arrival_context(customer.code), customer.active) for customer in snapshot.customers}
    extensions = {extension.username: extension for customer in snapshot.customers for extension in customer.extensions}
    for did in snapshot.dids:
        context, active = arrivals[did.customer]
        extension = extensions.get(did.extension) if did.extension else None
        entry, forward_to, username = destination_of(did, active, extension)
        devices = extension.max_contacts if extension else 1
        conference = did.conference if entry == CONFERENCE else ""
        yield NumberLine(did.number, did.id, did.gateway, context, entry, forward_to, username, devices, conference)


def destination_of(did: DIDSnapshot, active: bool, extension: ExtensionSnapshot | None) -> tuple[str, str, str]:
    """Return the entry of the customer's context, the number to forward to, and the SIP user whose telephone rings."""
    if not active:
        return "suspended", "", ""
    if did.conference:
        return CONFERENCE, "", ""
    if did.destination == "extension":
        if extension is None or not extension.enabled:
            return "absent", "", ""
        if extension.forward_to:
            return "forward", extension.forward_to, ""
        return "extension", "", extension.username
    return did.destination, did.forward_to, ""
