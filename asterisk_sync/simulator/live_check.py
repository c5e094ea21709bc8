"""Compares the places of a node's live dialplan that decide a call with what the simulation expects there."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError
from asterisk_sync.rendering.dialplan import routes_text
from asterisk_sync.rendering.engine import rendered_fragments
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.incoming import did_context, dids_text
from asterisk_sync.rendering.parser import Context, parse_dialplan
from asterisk_sync.rendering.route_plan import plan_routes
from asterisk_sync.simulator.call_context import CallContext
from asterisk_sync.simulator.results import Hop, Simulation
from asterisk_sync.simulator.trace import calling_telephone
from billing.rating.calls import OUTBOUND
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import DIALLED

# A call that fails over through more routes than that has said enough.
MOST_LOOKUPS = 60
CONTEXT_OF_ENDPOINT = "context="

Contexts = Mapping[str, Context]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A place to look at on the node: an extension of a context, or, without a context, an endpoint."""

    context: str
    name: str
    expected: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}@{self.context}" if self.context else self.name


@dataclass(frozen=True, slots=True)
class LookupDifference:
    """A place where the node has something else, as a unified difference: `-` is expected, `+` is on the node."""

    place: str
    lines: tuple[str, ...]


def lookups(call_context: CallContext, simulation: Simulation) -> tuple[Lookup, ...]:
    """Return the places that decide the call, each with the lines that the renderer gives it; none where it refuses."""
    try:
        contexts = _rendered(call_context, simulation)
    except RenderError:
        return ()
    places = [
        *_entries(call_context, simulation),
        *_searched(call_context, simulation),
        *_after_each_route(call_context, simulation),
        *_called(simulation),
    ]
    found = [Lookup(context, name, shown(contexts, context, name)) for context, name in dict.fromkeys(places)]
    return (*_endpoint(call_context, simulation), *found)[:MOST_LOOKUPS]


def shown(contexts: Contexts, context: str, number: str) -> tuple[str, ...]:
    """Return what `dialplan show NUMBER@CONTEXT` lists: a context's own matches in their order, then its includes'."""
    return tuple(_walk(contexts, context, number))


def _walk(contexts: Contexts, name: str, number: str) -> Iterator[str]:
    context = contexts.get(name)
    if context is None:
        return
    matching = [pattern for pattern in map(parse_pattern, context.extensions) if pattern.matches(number)]
    for pattern in sorted(matching, key=lambda pattern: pattern.specificity):
        for priority, step in enumerate(context.extensions[pattern.text], start=1):
            yield line_of(name, pattern.text, priority, step.application, step.arguments)
    for include in context.includes:
        yield from _walk(contexts, include, number)


def line_of(context: str, extension: str, priority: int, application: str, arguments: str) -> str:
    """Return one priority as it is compared and shown."""
    return f"[{context}] {extension},{priority},{application}({arguments})"


def _rendered(call_context: CallContext, simulation: Simulation) -> dict[str, Context]:
    """Render and parse the part of the dialplan that concerns the call; other customers are left out, to save time."""
    numbers = {step.number for step in simulation.steps if step.hop == Hop.NUMBER}
    dids = tuple(did for did in call_context.snapshot.dids if did.number in numbers)
    codes = {simulation.customer, *(did.customer for did in dids)}
    customers = tuple(customer for customer in call_context.snapshot.customers if customer.code in codes)
    narrowed = replace(call_context.snapshot, customers=customers, dids=dids)
    rendered_fragments.begin_round()
    plan = plan_routes(narrowed.routes, codes)
    found = parse_dialplan(routes_text(narrowed, plan)) | parse_dialplan(dids_text(narrowed, plan))
    for number in numbers:
        found[did_context(number, call_context.numbers)] = found[did_context(number, len(narrowed.dids))]
    return found


def _entries(call_context: CallContext, simulation: Simulation) -> Iterator[tuple[str, str]]:
    for step in simulation.steps:
        if step.hop in {Hop.ENTERS, Hop.FORWARD}:
            yield step.context, step.number
        elif step.hop == Hop.NUMBER:
            yield did_context(step.number, call_context.numbers), step.number


def _searched(call_context: CallContext, simulation: Simulation) -> Iterator[tuple[str, str]]:
    """Yield where the number is read, and where its key is looked for first."""
    if simulation.direction == OUTBOUND and simulation.normalised:
        yield f"va-plan-{DIALLED}", simulation.number
        yield call_context.plan.search_path_of(simulation.customer).contexts[0].context, simulation.normalised


def _after_each_route(call_context: CallContext, simulation: Simulation) -> Iterator[tuple[str, str]]:
    """Yield what is left to try after each route that is taken: there the call goes when its gateways failed."""
    after = call_context.plan.search_path_of(simulation.customer).after
    for route in simulation.taken:
        yield after[route.position], simulation.normalised


def _called(simulation: Simulation) -> Iterator[tuple[str, str]]:
    for route in simulation.taken:
        yield f"va-route-{route.id.hex}", "s"
    for attempt in simulation.attempts:
        yield f"va-gateway-{attempt.gateway}", "s"


def _endpoint(call_context: CallContext, simulation: Simulation) -> Iterator[Lookup]:
    """Yield the endpoint of the caller, with the context that its calls enter."""
    if not simulation.steps:
        return
    call = simulation.question
    name = call.gateway
    customer = call_context.customers.get(call.customer)
    if customer is not None:
        telephone = calling_telephone(customer, call.extension)
        name = telephone.username if telephone else customer.endpoint
    yield Lookup("", name, (f"{CONTEXT_OF_ENDPOINT}{simulation.steps[0].context}",))


def read_places(client: AmiClient, wanted: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return what the node has at each place; nothing where it has nothing."""
    return [_dialplan(client, context, name) if context else _context_of(client, name) for context, name in wanted]


def _dialplan(client: AmiClient, context: str, extension: str) -> list[str]:
    rows = _rows(lambda: client.list_action("ShowDialPlan", Context=context, Extension=extension))
    return [
        line_of(
            str(row["Context"]),
            str(row["Extension"]),
            int(row["Priority"]),
            str(row["Application"]),
            str(row.get("AppData", "")),
        )
        for row in rows
        if "Priority" in row
    ]


def _context_of(client: AmiClient, endpoint: str) -> list[str]:
    rows = _rows(lambda: client.list_action("PJSIPShowEndpoint", Endpoint=endpoint))
    return [f"{CONTEXT_OF_ENDPOINT}{row.get('Context', '')}" for row in rows if row.get("Event") == "EndpointDetail"]


def _rows(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows of a list action, none where Asterisk answers with the error for something that is not there."""
    try:
        return ask()
    except AmiRefusedError as error:
        if str(error).startswith(("Did not find", "Unable to retrieve endpoint")):
            return []
        raise


def compare_lookups(wanted: Sequence[Lookup], found: Sequence[Sequence[str]]) -> tuple[LookupDifference, ...]:
    """Return where the node has something else than was expected."""
    pairs = zip(wanted, found, strict=True)
    differing = [(lookup, lines) for lookup, lines in pairs if lookup.expected != tuple(lines)]
    return tuple(LookupDifference(str(lookup), _diff(lookup, lines)) for lookup, lines in differing)


def _diff(lookup: Lookup, lines: Sequence[str]) -> tuple[str, ...]:
    whole = max(len(lookup.expected), len(lines))
    changed = difflib.unified_diff(lookup.expected, lines, n=whole, lineterm="")
    return tuple(line for line in changed if not line.startswith(("---", "+++", "@@")))
