"""Where a call goes before a route is looked for: entry, extensions of the same customer, forwards, DIDs. Pure.

Each function does what one context of the generated dialplan does (docs/dialplan.md); tests compare both, with each
other and with real calls.
"""

from dataclasses import dataclass, replace

from asterisk_sync.rendering.incoming import destination_of
from asterisk_sync.rendering.pjsip import INCOMING_CONTEXTS, SUSPENDED_CONTEXT, entry_context, internal_context
from asterisk_sync.rendering.route_plan import SearchPath
from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.results import CallRefusal, Hop, Outcome, SimulatedCall, TraceStep
from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot, ExtensionSnapshot, GatewaySnapshot
from billing.rating.calls import INBOUND, INTERNAL, OUTBOUND
from routing.numbers import caller_of_trunk, filter_dialled
from routing.selection import takes
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.reading import read_number, read_received

FORWARDS_ALLOWED = 3
CAUSES = {
    CallRefusal.NO_ROUTE: 3,
    CallRefusal.NOT_A_NUMBER: 28,
    CallRefusal.BARRED: 57,
    CallRefusal.SUSPENDED: 21,
    CallRefusal.TELEPHONE_DISABLED: 20,
    CallRefusal.NO_ADDRESS: 20,
    CallRefusal.CIRCLE: 25,
    CallRefusal.UNKNOWN_NUMBER: 1,
    CallRefusal.OTHER_GATEWAY: 1,
}


@dataclass(frozen=True)
class CallTrace:
    """How far a call has come: the number that is dialled now, the context that it is in, and the steps up to here.

    `called` is set once the number is read, with the `home_area` of the caller, and `path` once a route is looked for.
    The outcome is `SENT` until another one is known.
    """

    direction: str
    context: str
    number: str
    caller: str = ""
    customer: CustomerSnapshot | None = None
    steps: tuple[TraceStep, ...] = ()
    path: SearchPath | None = None
    outcome: Outcome = Outcome.SENT
    refusal: CallRefusal | None = None
    cause: int | None = None
    targets: tuple[str, ...] = ()
    called: Number | None = None
    home_area: str = ""

    @property
    def key(self) -> str:
        """Return the key of the number that was read last, or nothing where it is no number or was not read."""
        return self.called.key if self.called else ""

    @property
    def is_emergency(self) -> bool:
        """Tell whether an emergency line is called."""
        return self.called is not None and self.called.is_emergency

    @property
    def forwards(self) -> int:
        """Return how often the call was forwarded."""
        return sum(step.hop == Hop.FORWARD for step in self.steps)

    def at(self, hop: Hop, context: str, number: str, name: str = "") -> "CallTrace":
        """Return the trace with one more step, in a context and with a number."""
        return replace(self, number=number, steps=(*self.steps, TraceStep(hop, context, number, name)))

    def refused(self, refusal: CallRefusal, *, without_cause: bool = False) -> "CallTrace":
        """Return the trace of a call that is refused here; the cause is that of the refusal, or none is sent."""
        cause = None if without_cause else CAUSES.get(refusal)
        outcome = Outcome.NO_ROUTE if refusal == CallRefusal.NO_ROUTE else Outcome.REFUSED
        return replace(self, outcome=outcome, refusal=refusal, cause=cause)

    def arrived(self, outcome: Outcome, *targets: str) -> "CallTrace":
        """Return the trace of a call that reaches telephones or addresses of a customer."""
        return replace(self, outcome=outcome, targets=targets)


def trace_call(call: SimulatedCall, call_context: CallContext) -> CallTrace:
    """Return the trace of a call.

    1. A call of a customer enters the context of its trunk or telephone; numbers of its own extensions come first.
    2. A call by a gateway enters the context of the gateway's number format, and reaches the customer of the DID.
    3. A forward goes on from 1 as a call of the customer, three times at most.
    4. The trace ends where a route is looked for, a telephone or address is reached, or the call is refused.
    """
    return _trace_incoming(call, call_context) if call.gateway else _trace_outgoing(call, call_context)


def _trace_outgoing(call: SimulatedCall, call_context: CallContext) -> CallTrace:
    start = CallTrace(OUTBOUND, "", call.number)
    customer = call_context.customers.get(call.customer)
    if customer is None:
        return start.refused(CallRefusal.CLOSED if call.customer in call_context.closed else CallRefusal.NOT_ON_NODE)
    start = replace(start, customer=customer, context=entry_context(customer, call_context.plan))
    if customer.type == "extension":
        telephone = calling_telephone(customer, call.extension)
        if telephone is None:
            return start.refused(CallRefusal.NO_TELEPHONE)
        if not telephone.enabled:
            return start.refused(CallRefusal.CALLER_DISABLED)
        area = telephone.home_area or customer.home_area
        start = replace(start, caller=customer.caller_of(telephone), home_area=area)
        name = telephone.number
    elif not customer.addresses:
        return start.refused(CallRefusal.NO_ADDRESS, without_cause=True)
    else:
        caller = caller_of_trunk(call.caller_id, customer.fallback_caller)
        start = replace(start, caller=caller, home_area=customer.home_area)
        name = customer.code
    return _trace_own_call(start.at(Hop.ENTERS, start.context, call.number, name), call_context)


def calling_telephone(customer: CustomerSnapshot, number: str) -> ExtensionSnapshot | None:
    """Return the extension with that number; without a number, the first that is enabled."""
    wanted = [
        extension for extension in customer.extensions if (extension.number == number if number else extension.enabled)
    ]
    return wanted[0] if wanted else None


def _trace_own_call(trace: CallTrace, call_context: CallContext) -> CallTrace:
    """Follow a call of a customer: the numbers of its extensions come first, then the routes."""
    customer = trace.customer
    is_suspended = customer is None or trace.context == SUSPENDED_CONTEXT
    called = None if customer is None or is_suspended else _called_extension(customer, trace.number)
    if called is None or customer is None:
        return _find_route(trace, call_context)
    trace = trace.at(Hop.COLLEAGUE, internal_context(customer), trace.number, called.number)
    if not called.enabled:
        return replace(trace, direction=INTERNAL).refused(CallRefusal.TELEPHONE_DISABLED)
    if called.forward_to:
        return _forward(trace, called.forward_to, call_context)
    return replace(trace, direction=INTERNAL).arrived(Outcome.RINGS, called.number)


def _called_extension(customer: CustomerSnapshot, number: str) -> ExtensionSnapshot | None:
    return next((line for line in customer.extensions if parse_pattern(line.number).matches(number)), None)


def _forward(trace: CallTrace, number: str, call_context: CallContext) -> CallTrace:
    if trace.forwards == FORWARDS_ALLOWED:
        return trace.refused(CallRefusal.CIRCLE)
    return _trace_own_call(trace.at(Hop.FORWARD, trace.context, number), call_context)


def _find_route(trace: CallTrace, call_context: CallContext) -> CallTrace:
    """Read the number, as va-read does, and look for a route.

    1. What is no number, or a code that the plan bars, is refused.
    2. Calls of suspended and stopped customers are refused, but not those to emergency lines.
    3. The routes of the customer are searched with the number's key.
    """
    number = read_number(trace.number, call_context.snapshot.plan, home_area=trace.home_area)
    trace = replace(trace, direction=OUTBOUND, called=number)
    if not number.is_readable:
        return trace.refused(CallRefusal.NOT_A_NUMBER)
    if number.is_barred:
        return trace.refused(CallRefusal.BARRED)
    if not number.is_emergency and _is_stopped(trace, call_context):
        return trace.refused(CallRefusal.SUSPENDED)
    path = call_context.plan.search_path_of(trace.customer.code if trace.customer else "")
    trace = replace(trace, path=path)
    fits = any(takes(route, number.key) for level in path.levels for route in level.routes)
    return trace if fits else trace.refused(CallRefusal.NO_ROUTE)


def _is_stopped(trace: CallTrace, call_context: CallContext) -> bool:
    customer = trace.customer
    return customer is not None and (not customer.active or customer.id in call_context.snapshot.authorizer.stopped)


def _trace_incoming(call: SimulatedCall, call_context: CallContext) -> CallTrace:
    start = CallTrace(INBOUND, "", call.number, filter_dialled(call.caller_id))
    gateway = call_context.gateways.get(call.gateway)
    if gateway is None:
        return start.refused(CallRefusal.NOT_ON_NODE)
    start = replace(start, context=INCOMING_CONTEXTS[gateway.number_format])
    start = start.at(Hop.ENTERS, start.context, call.number, gateway.name)
    number = read_received(call.number, gateway.number_format, call_context.snapshot.plan)
    start = replace(start, called=number)
    did = next((did for did in call_context.snapshot.dids if number.key and did.number == number.key), None)
    if did is None:
        return replace(start, number=number.key or call.number).refused(CallRefusal.UNKNOWN_NUMBER)
    return _trace_to_destination(start, did, gateway, call_context)


def _trace_to_destination(
    trace: CallTrace, did: DIDSnapshot, gateway: GatewaySnapshot, call_context: CallContext
) -> CallTrace:
    """Follow a call to a customer's DID; forwarded, it goes out again as a call of the customer."""
    trace = trace.at(Hop.NUMBER, f"va-customer-{did.customer}", did.number, did.customer)
    if did.gateway and did.gateway != gateway.name:
        return trace.refused(CallRefusal.OTHER_GATEWAY)
    customer = call_context.customers[did.customer]
    trace = replace(trace, customer=customer)
    entry, forward_to, username = destination_of(did, customer.active, call_context.extension_of(did.extension))
    if entry == "suspended":
        return trace.refused(CallRefusal.SUSPENDED)
    if entry == "absent":
        return trace.refused(CallRefusal.TELEPHONE_DISABLED)
    if entry == "extension":
        telephone = call_context.extension_of(username)
        return trace.arrived(Outcome.RINGS, telephone.number if telephone else username)
    if entry == "forward":
        caller = customer.caller_id_number or did.number
        return _forward(
            replace(
                trace,
                context=entry_context(customer, call_context.plan),
                caller=caller,
                home_area=customer.home_area,
            ),
            forward_to,
            call_context,
        )
    addresses = [f"{address.network}:{address.port}" for address in customer.receiving_addresses]
    return trace.arrived(Outcome.DELIVERED, *addresses) if addresses else trace.refused(CallRefusal.NO_ADDRESS)
