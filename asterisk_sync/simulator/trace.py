"""Where a call goes before a route is looked for: entry, colleagues, forwards, incoming numbers. Pure.

Each function follows a context of the generated dialplan (docs/dialplan.md); the tests compare both with real calls.
"""

from dataclasses import dataclass, replace

from asterisk_sync.rendering.incoming import destination_of
from asterisk_sync.rendering.pjsip import INCOMING_CONTEXTS, SUSPENDED_CONTEXT, entry_context, internal_context
from asterisk_sync.rendering.route_plan import SearchPath
from asterisk_sync.simulator.call_context import Scene
from asterisk_sync.simulator.results import Hop, Outcome, Question, Refusal, Step
from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot, ExtensionSnapshot, GatewaySnapshot
from billing.rating.calls import INBOUND, INTERNAL, OUTBOUND
from routing.numbers import NATIONAL, caller_of_trunk, filter_dialled, is_known_form, normalise_dialled, read_incoming
from voipadmin.core.numbers.patterns import parse_pattern

MOST_FORWARDS = 3
# What va-no-route and va-suspended answer to; anything else is not found at all.
ANY_NUMBER = parse_pattern("_[+0-9]!")
CAUSES = {
    Refusal.NO_ROUTE: 3,
    Refusal.NOT_A_NUMBER: 28,
    Refusal.SUSPENDED: 21,
    Refusal.TELEPHONE_DISABLED: 20,
    Refusal.NO_ADDRESS: 20,
    Refusal.CIRCLE: 25,
    Refusal.UNKNOWN_NUMBER: 1,
    Refusal.OTHER_GATEWAY: 1,
}


@dataclass(frozen=True)
class Journey:
    """How far a call has come. `view` is what is searched for a route; an open outcome is `SENT`, until it is known."""

    direction: str
    context: str
    number: str
    caller: str = ""
    customer: CustomerSnapshot | None = None
    steps: tuple[Step, ...] = ()
    path: SearchPath | None = None
    outcome: Outcome = Outcome.SENT
    refusal: Refusal | None = None
    cause: int | None = None
    targets: tuple[str, ...] = ()

    @property
    def forwards(self) -> int:
        """Return how often the call was forwarded."""
        return sum(step.hop == Hop.FORWARD for step in self.steps)

    def at(self, hop: Hop, context: str, number: str, name: str = "") -> "Journey":
        """Return the journey one step further."""
        return replace(self, number=number, steps=(*self.steps, Step(hop, context, number, name)))

    def refused(self, refusal: Refusal, *, without_cause: bool = False) -> "Journey":
        """Return the journey at its bad end."""
        cause = None if without_cause else CAUSES.get(refusal)
        outcome = Outcome.NO_ROUTE if refusal == Refusal.NO_ROUTE else Outcome.REFUSED
        return replace(self, outcome=outcome, refusal=refusal, cause=cause)

    def arrived(self, outcome: Outcome, *targets: str) -> "Journey":
        """Return the journey at a telephone or at a customer's address."""
        return replace(self, outcome=outcome, targets=targets)


def travel(question: Question, scene: Scene) -> Journey:
    """Follow a call from where it comes in until a route is looked for, somebody is called, or it is refused."""
    return _come_in(question, scene) if question.gateway else _go_out(question, scene)


def _go_out(question: Question, scene: Scene) -> Journey:
    start = Journey(OUTBOUND, "", question.number)
    customer = scene.customers.get(question.customer)
    if customer is None:
        return start.refused(Refusal.CLOSED if question.customer in scene.closed else Refusal.NOT_ON_NODE)
    start = replace(start, customer=customer, context=entry_context(customer, scene.plan))
    if customer.type == "extension":
        telephone = calling_telephone(customer, question.extension)
        if telephone is None:
            return start.refused(Refusal.NO_TELEPHONE)
        if not telephone.enabled:
            return start.refused(Refusal.CALLER_DISABLED)
        start = replace(start, caller=customer.caller_of(telephone))
        name = telephone.number
    elif not customer.addresses:
        return start.refused(Refusal.NO_ADDRESS, without_cause=True)
    else:
        start = replace(start, caller=caller_of_trunk(question.caller_id, customer.fallback_caller))
        name = customer.code
    return _follow(start.at(Hop.ENTERS, start.context, question.number, name), scene)


def calling_telephone(customer: CustomerSnapshot, number: str) -> ExtensionSnapshot | None:
    """Return the extension with that number; without a number, the first that is enabled."""
    wanted = [
        extension for extension in customer.extensions if (extension.number == number if number else extension.enabled)
    ]
    return wanted[0] if wanted else None


def _follow(here: Journey, scene: Scene) -> Journey:
    """Follow a customer's own call: the colleagues' numbers come first, then the routes."""
    customer = here.customer
    if customer is None or here.context == SUSPENDED_CONTEXT:
        return _turned_down(here, scene)
    colleague = _colleague(customer, here.number)
    if colleague is None:
        return _look_for_route(here, scene.plan.search_path_of(customer.code), scene)
    here = here.at(Hop.COLLEAGUE, internal_context(customer), here.number, colleague.number)
    if not colleague.enabled:
        return replace(here, direction=INTERNAL).refused(Refusal.TELEPHONE_DISABLED)
    if colleague.forward_to:
        return _forward(here, colleague.forward_to, scene)
    return replace(here, direction=INTERNAL).arrived(Outcome.RINGS, colleague.number)


def _colleague(customer: CustomerSnapshot, number: str) -> ExtensionSnapshot | None:
    return next((line for line in customer.extensions if parse_pattern(line.number).matches(number)), None)


def _forward(here: Journey, number: str, scene: Scene) -> Journey:
    if here.forwards == MOST_FORWARDS:
        return here.refused(Refusal.CIRCLE)
    return _follow(here.at(Hop.FORWARD, here.context, number), scene)


def _turned_down(here: Journey, scene: Scene) -> Journey:
    if not ANY_NUMBER.matches(here.number):
        return here.refused(Refusal.NO_EXTENSION)
    if not _is_readable(here.number, scene):
        return here.refused(Refusal.NOT_A_NUMBER, without_cause=True)
    return here.refused(Refusal.SUSPENDED)


def _is_readable(number: str, scene: Scene) -> bool:
    return is_known_form(filter_dialled(number), NATIONAL, scene.snapshot.country)


def _look_for_route(here: Journey, path: SearchPath, scene: Scene) -> Journey:
    here = replace(here, direction=OUTBOUND, path=path)
    fits = any(parse_pattern(route.pattern).matches(here.number) for level in path.levels for route in level.routes)
    if not fits and not ANY_NUMBER.matches(here.number):
        return here.refused(Refusal.NO_EXTENSION)
    if not _is_readable(here.number, scene):
        return here.refused(Refusal.NOT_A_NUMBER, without_cause=True)
    if not fits:
        return here.refused(Refusal.NO_ROUTE)
    # A route's extension passes the filtered number on, and va-begin compares its length with what was dialled.
    return here if filter_dialled(here.number) == here.number else here.refused(Refusal.NOT_A_NUMBER)


def _come_in(question: Question, scene: Scene) -> Journey:
    start = Journey(INBOUND, "", question.number, filter_dialled(question.caller_id))
    gateway = scene.gateways.get(question.gateway)
    if gateway is None:
        return start.refused(Refusal.NOT_ON_NODE)
    country = scene.snapshot.country
    start = replace(start, context=INCOMING_CONTEXTS[gateway.number_format])
    start = start.at(Hop.ENTERS, start.context, question.number, gateway.name)
    if not is_known_form(question.number, gateway.number_format, country):
        return start.refused(Refusal.NO_EXTENSION)
    digits = read_incoming(question.number, gateway.number_format, country)
    did = next((did for did in scene.snapshot.dids if digits and did.number == digits), None)
    if did is None:
        return replace(start, number=digits or question.number).refused(Refusal.UNKNOWN_NUMBER)
    return _arrive(start, did, gateway, scene)


def _arrive(here: Journey, did: DIDSnapshot, gateway: GatewaySnapshot, scene: Scene) -> Journey:
    """Follow a call to a customer's number; forwarded, it goes out again as the customer's own call."""
    here = here.at(Hop.NUMBER, f"va-customer-{did.customer}", did.number, did.customer)
    if did.gateway and did.gateway != gateway.name:
        return here.refused(Refusal.OTHER_GATEWAY)
    customer = scene.customers[did.customer]
    here = replace(here, customer=customer)
    entry, forward_to, username = destination_of(did, customer.active, scene.extension_of(did.extension))
    if entry == "suspended":
        return here.refused(Refusal.SUSPENDED)
    if entry == "absent":
        return here.refused(Refusal.TELEPHONE_DISABLED)
    if entry == "extension":
        telephone = scene.extension_of(username)
        return here.arrived(Outcome.RINGS, telephone.number if telephone else username)
    if entry == "forward":
        caller = customer.caller_id_number or did.number
        return _forward(replace(here, context=entry_context(customer, scene.plan), caller=caller), forward_to, scene)
    addresses = [f"{address.network}:{address.port}" for address in customer.receiving_addresses]
    return here.arrived(Outcome.DELIVERED, *addresses) if addresses else here.refused(Refusal.NO_ADDRESS)


def normalised(journey: Journey, country: str) -> str:
    """Return the E.164 digits of the number that was looked for last, where they are known."""
    if journey.direction == INBOUND:
        return journey.number if journey.number.isdigit() else ""
    is_number = filter_dialled(journey.number) == journey.number and is_known_form(journey.number, NATIONAL, country)
    return normalise_dialled(journey.number, country) if is_number else ""
