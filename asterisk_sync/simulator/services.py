"""Entry point of the simulator: what would become of this call?"""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.placement import nodes_carrying
from asterisk_sync.models import Node
from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.engine import simulate
from asterisk_sync.simulator.loading import load_call_context
from asterisk_sync.simulator.results import SimulatedCall, Simulation
from asterisk_sync.snapshot.values import Snapshot
from customers.models import Customer, Extension
from routing.models import Gateway
from voipadmin.core.errors import DomainError

LONGEST_NUMBER = 40
LONGEST_CALL = timedelta(hours=24)
A_MINUTE = timedelta(seconds=60)


class UnanswerableError(DomainError):
    """The call cannot be simulated: there is no such caller, number or node."""

    code = "unanswerable"


def simulate_with_context(
    *,
    caller: Customer | Extension | Gateway | str,
    number: str,
    caller_id: str,
    at: datetime | None,
    node: Node | None,
    snapshot: Snapshot | None = None,
    duration: timedelta = A_MINUTE,
) -> tuple[CallContext, Simulation]:
    """Return what would become of a call, with the context that `lookups` needs to compare it with a node.

    The caller is a customer, an extension, their names (`ACME`, `ACME/1001`), or the gateway by which a call comes in.
    Without `at` the call is made now, without `node` on the first that carries the caller. Raise UnanswerableError.
    """
    who = find_caller(caller) if isinstance(caller, str) else caller
    check_number(number, field="number")
    if caller_id:
        check_number(caller_id, field="caller_id")
    if not timedelta(0) <= duration <= LONGEST_CALL:
        raise UnanswerableError(_("A call lasts between no time and a day."), field="duration")
    call = _simulated_call(who, number, caller_id, at or timezone.now(), duration)
    call_context = load_call_context(node or _node_of(who), call, snapshot)
    return call_context, simulate(call, call_context)


def find_caller(text: str) -> Customer | Extension:
    """Return the customer or extension that `ACME`, `ACME/1001` or a SIP user name means; raise UnanswerableError."""
    code, slash, number = text.strip().partition("/")
    if slash:
        extension: Extension | None = Extension.objects.filter(customer__code__iexact=code, number=number).first()
        if extension is None:
            raise UnanswerableError(_("There is no such extension."), field="extension")
        return extension
    customer: Customer | None = Customer.objects.filter(code__iexact=code).first()
    found = customer or Extension.objects.filter(sip_username=code).first()
    if found is None:
        raise UnanswerableError(_("There is no such customer."), field="customer")
    return found


def check_number(number: str, *, field: str) -> None:
    """Raise UnanswerableError for what no telephone can send; anything that it can is left to the dialplan."""
    if not number:
        raise UnanswerableError(_("Enter a number."), field=field)
    if len(number) > LONGEST_NUMBER:
        text = _("A number has at most %(most)s characters.") % {"most": LONGEST_NUMBER}
        raise UnanswerableError(text, field=field)
    if not (number.isascii() and number.isprintable()) or " " in number:
        raise UnanswerableError(_("A number holds no spaces or special characters."), field=field)


def _node_of(who: Customer | Extension | Gateway) -> Node:
    placed = who.customer if isinstance(who, Extension) else who
    nodes = Node.objects.filter(enabled=True).order_by("name")
    node: Node | None = nodes.filter(pk__in=nodes_carrying(placed)).first() or nodes.first()
    if node is None:
        raise UnanswerableError(_("There is no node yet: add the Asterisk that calls go through."), field="node")
    return node


def _simulated_call(
    who: Customer | Extension | Gateway, number: str, caller_id: str, at: datetime, duration: timedelta
) -> SimulatedCall:
    return SimulatedCall(
        number=number,
        at=at,
        duration_seconds=int(duration.total_seconds()),
        customer=_customer_code(who),
        extension=who.number if isinstance(who, Extension) else "",
        gateway=who.name if isinstance(who, Gateway) else "",
        caller_id=caller_id,
    )


def _customer_code(who: Customer | Extension | Gateway) -> str:
    if isinstance(who, Extension):
        return str(who.customer.code)
    return str(who.code) if isinstance(who, Customer) else ""
