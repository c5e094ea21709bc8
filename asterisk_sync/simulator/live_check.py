"""What the live node says to the same call: its dialplan, line by line, beside what the simulation expects."""

import difflib
import re
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
from asterisk_sync.simulator.call_context import Scene
from asterisk_sync.simulator.results import Hop, Outcome, Simulation
from asterisk_sync.simulator.trace import calling_telephone
from voipadmin.core.numbers.patterns import parse_pattern

# More places than this would be more of the same.
MOST_LOOKUPS = 60
ROUTE = re.compile(r"va-route-([0-9a-f]{32}),")
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
class Difference:
    """A place where the node has something else: a unified difference, `-` expected, `+` on the node."""

    place: str
    lines: tuple[str, ...]


def lookups(scene: Scene, simulation: Simulation) -> tuple[Lookup, ...]:
    """Return the places that decide the call, each with the lines that the renderer gives it; none where it refuses."""
    try:
        contexts = _rendered(scene, simulation)
    except RenderError:
        return ()
    asking = [("va-home", simulation.normalised)] if simulation.outcome == Outcome.SENT else []
    places = [*_entries(scene, simulation), *_after_each_route(scene, simulation), *_called(simulation), *asking]
    found = [Lookup(context, name, shown(contexts, context, name)) for context, name in dict.fromkeys(places)]
    return (*_endpoint(scene, simulation), *found)[:MOST_LOOKUPS]


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


def routes_in(lines: Sequence[str]) -> list[str]:
    """Return the routes that the lines lead to, in order, as 32 hexadecimal digits each."""
    return [match for line in lines for match in ROUTE.findall(line)]


def _rendered(scene: Scene, simulation: Simulation) -> dict[str, Context]:
    """Render the dialplan as it concerns this call: what belongs to other customers would only take time."""
    numbers = {step.number for step in simulation.steps if step.hop == Hop.NUMBER}
    dids = tuple(did for did in scene.snapshot.dids if did.number in numbers)
    codes = {simulation.customer, *(did.customer for did in dids)}
    customers = tuple(customer for customer in scene.snapshot.customers if customer.code in codes)
    narrowed = replace(scene.snapshot, customers=customers, dids=dids)
    rendered_fragments.begin_round()
    plan = plan_routes(narrowed.routes, codes)
    found = parse_dialplan(routes_text(narrowed, plan)) | parse_dialplan(dids_text(narrowed, plan))
    for number in numbers:
        found[did_context(number, scene.numbers)] = found[did_context(number, len(narrowed.dids))]
    return found


def _entries(scene: Scene, simulation: Simulation) -> Iterator[tuple[str, str]]:
    for step in simulation.steps:
        if step.hop in {Hop.ENTERS, Hop.FORWARD}:
            yield step.context, step.number
        elif step.hop == Hop.NUMBER:
            yield did_context(step.number, scene.numbers), step.number


def _after_each_route(scene: Scene, simulation: Simulation) -> Iterator[tuple[str, str]]:
    """What is left to try after each route: where failing over leads."""
    after = scene.plan.search_path_of(simulation.customer).after
    for route in simulation.taken:
        yield after[route.position], simulation.number


def _called(simulation: Simulation) -> Iterator[tuple[str, str]]:
    for route in simulation.taken:
        yield f"va-route-{route.id.hex}", "s"
    for attempt in simulation.attempts:
        yield f"va-gateway-{attempt.gateway}", "s"


def _endpoint(scene: Scene, simulation: Simulation) -> Iterator[Lookup]:
    """The caller's endpoint, and the context into which its calls come."""
    if not simulation.steps:
        return
    question = simulation.question
    name = question.gateway
    customer = scene.customers.get(question.customer)
    if customer is not None:
        telephone = calling_telephone(customer, question.extension)
        name = telephone.username if telephone else customer.endpoint
    yield Lookup("", name, (f"{CONTEXT_OF_ENDPOINT}{simulation.steps[0].context}",))


def look_at(client: AmiClient, wanted: Sequence[tuple[str, str]]) -> list[list[str]]:
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
    """Asterisk answers a question about what is not there with an error."""
    try:
        return ask()
    except AmiRefusedError as error:
        if str(error).startswith(("Did not find", "Unable to retrieve endpoint")):
            return []
        raise


def compare(wanted: Sequence[Lookup], found: Sequence[Sequence[str]]) -> tuple[Difference, ...]:
    """Return where the node has something else than was expected."""
    pairs = zip(wanted, found, strict=True)
    differing = [(lookup, lines) for lookup, lines in pairs if lookup.expected != tuple(lines)]
    return tuple(Difference(str(lookup), _diff(lookup, lines)) for lookup, lines in differing)


def _diff(lookup: Lookup, lines: Sequence[str]) -> tuple[str, ...]:
    whole = max(len(lookup.expected), len(lines))
    changed = difflib.unified_diff(lookup.expected, lines, n=whole, lineterm="")
    return tuple(line for line in changed if not line.startswith(("---", "+++", "@@")))
