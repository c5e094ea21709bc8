"""Simulator, pure selection and live Asterisk held against each other over generated operators.

`python -m tests.simulator --count 10000` runs more of it than the test does.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from asterisk_sync.simulator.engine import simulate
from asterisk_sync.simulator.live_check import Lookup, lookups, read_places
from asterisk_sync.simulator.results import Attempt, Outcome, Simulation
from deploy.trial.asterisk import AsteriskInstance
from routing.selection import matching_routes
from tests.routing.oracles import select_attempts
from tests.simulator.dialplans import Dialplans, Seen, node_of, observed, prefix_of, prefixed
from tests.simulator.permissive import Permissive, permissive
from tests.simulator.worlds import World, worlds

# More contexts than those of so many sets make each question to Asterisk slow.
BATCH = 100
ROUTE = re.compile(r"va-route-([0-9a-f]{32}),")
# The last cause where gateways fail without one, a telephone is not there, a trunk fails without a cause.
ENDS = {Outcome.SENT: "34", Outcome.RINGS: "20", Outcome.DELIVERED: "0"}


@dataclass
class Figures:
    """What was compared, and where something was found to differ."""

    sets: int = 0
    calls: int = 0
    places: int = 0
    console: int = 0
    attempts: int = 0
    asked: int = 0
    most_routes: int = 0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.sets} sets, {self.calls} calls, {self.attempts} attempts, {self.places} places of the dialplan "
            f"({self.console} by the console too), {self.asked} questions to the authorizer, "
            f"at most {self.most_routes} routes for a call, "
            f"{len(self.disagreements)} disagreements, {self.seconds:.0f} s; "
            + ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        )


def draw_worlds(count: int, number: int) -> list[World]:
    """Let hypothesis draw so many worlds, the same for the same number."""
    found: list[World] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds(calls=2))
    def collect(world: World) -> None:
        found.append(world)

    collect()
    return found


def run(asterisk: AsteriskInstance, count: int, number: int) -> Figures:
    """Compare `count` sets, batch after batch."""
    figures, began = Figures(), time.monotonic()
    drawn = draw_worlds(count, number)
    with permissive() as authorizer, Dialplans.connected(asterisk, authorizer.port) as dialplans:
        for start in range(0, len(drawn), BATCH):
            authorizer.asked.clear()
            _run_batch(dialplans, drawn[start : start + BATCH], figures)
            figures.asked += len(authorizer.asked)
            figures.disagreements += _against_questions(drawn[start : start + BATCH], authorizer)
    figures.seconds = time.monotonic() - began
    return figures


def _run_batch(dialplans: Dialplans, batch: Sequence[World], figures: Figures) -> None:
    dialplans.load([world.call_context.snapshot for world in batch])
    told = [
        (index, world, simulate(question, world.call_context))
        for index, world in enumerate(batch)
        for question in world.questions
    ]
    figures.sets += len(batch)
    figures.calls += len(told)
    for index, world, simulation in told:
        figures.outcomes[simulation.outcome] = figures.outcomes.get(simulation.outcome, 0) + 1
        figures.most_routes = max(figures.most_routes, len(simulation.taken))
        figures.attempts += len(simulation.attempts)
        for fault in (
            *_against_selection(world, simulation),
            *_against_lines(dialplans, index, world, simulation, figures),
        ):
            figures.disagreements.append(f"{fault}\n{simulation}\n{world.call_context.snapshot}")
    for fault in _against_calls(dialplans, told):
        figures.disagreements.append(fault)


def _against_selection(world: World, simulation: Simulation) -> Iterator[str]:
    """The pure function of routing decides the same."""
    if simulation.outcome != Outcome.SENT:
        return
    routes, code = world.call_context.snapshot.routes, simulation.customer
    if [route.id for route in simulation.taken] != [r.id for r in matching_routes(routes, simulation.normalised, code)]:
        yield "other routes than selection's"
    wanted = [(item.number, item.route, item.gateway) for item in select_attempts(routes, simulation.normalised, code)]
    if [(item.number, item.route, item.gateway) for item in simulation.attempts] != wanted:
        yield "other attempts than selection's"


def _against_lines(
    dialplans: Dialplans, index: int, world: World, simulation: Simulation, figures: Figures
) -> Iterator[str]:
    """`dialplan show` lists what is expected, line by line, and in it the routes in the simulation's order."""
    places = [lookup for lookup in lookups(world.call_context, simulation) if lookup.context]
    wanted = [(f"{prefix_of(index)}{lookup.context}", lookup.name) for lookup in places]
    figures.places += len(places)
    for lookup, found in zip(places, read_places(dialplans.client, wanted), strict=True):
        expected = [observed(prefixed(line, prefix_of(index))) for line in lookup.expected]
        if expected != found:
            yield f"{lookup}: expected {expected}, found {found}"
        if simulation.outcome == Outcome.SENT and _is_first_search(world, lookup, simulation):
            yield from _routes_differ(simulation, found)
    if index == 0:
        figures.console += len(wanted)
        yield from _against_console(dialplans, wanted)


def _against_questions(batch: Sequence[World], authorizer: Permissive) -> Iterator[str]:
    """The running dialplan asked about the calls about which it was told to ask, and about no others."""
    for index, world in enumerate(batch):
        customers = {customer.code: customer.id for customer in world.call_context.snapshot.customers}
        told = [simulate(question, world.call_context) for question in world.questions]
        wanted = {(customers[item.customer], item.normalised) for item in told if item.is_asked}
        found = {(customer, number) for node, customer, number in authorizer.asked if node == node_of(index)}
        if found != wanted:
            yield f"asked about {found}, not about {wanted}\n{told}\n{world.call_context.snapshot}"


def _is_first_search(world: World, lookup: Lookup, simulation: Simulation) -> bool:
    path = world.call_context.plan.search_path_of(simulation.customer)
    return (lookup.context, lookup.name) == (path.contexts[0].context, simulation.normalised)


def _routes_differ(simulation: Simulation, lines: Sequence[str]) -> Iterator[str]:
    wanted = [route.id.hex for route in simulation.taken]
    # Several lines of one route may take a key.
    found = list(dict.fromkeys(route for line in lines for route in ROUTE.findall(line)))
    if found != wanted:
        yield f"routes in the order {wanted}, Asterisk {found}"


def _against_console(dialplans: Dialplans, wanted: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What the manager interface lists is what the console lists, in its order."""
    for place, found in zip(wanted, read_places(dialplans.client, wanted), strict=True):
        shown = dialplans.console(*place)
        listed = [line.partition("] ")[2].split(",", 2)[2] for line in found]
        if shown != listed:
            yield f"{place}: the console shows {shown}, the manager interface {listed}"


def _against_calls(dialplans: Dialplans, told: Sequence[tuple[int, World, Simulation]]) -> Iterator[str]:
    """The running dialplan dials what was told, one after another, and ends with the cause that was told."""
    called = {
        dialplans.call(index, world.call_context.snapshot, simulation.question): (world, simulation)
        for index, world, simulation in told
        if dialplans.has_endpoint(index, world.call_context.snapshot, simulation.question)
    }
    seen = dialplans.seen()
    for number, (world, simulation) in called.items():
        for fault in _call_differs(simulation, seen[number]):
            yield f"{fault}\n{simulation}\n{world.call_context.snapshot}"


def _call_differs(simulation: Simulation, seen: Seen) -> Iterator[str]:
    wanted = [_dialled(attempt, simulation) for attempt in simulation.attempts]
    if simulation.outcome == Outcome.SENT and _in_any_order(simulation, wanted) != _in_any_order(
        simulation, seen.dialled
    ):
        yield f"dialled {wanted}, in Asterisk {seen.dialled}"
    if simulation.outcome in {Outcome.RINGS, Outcome.DELIVERED} and len(seen.dialled) != len(simulation.targets):
        yield f"rings {simulation.targets}, in Asterisk {seen.dialled}"
    if not simulation.goes_through and seen.dialled:
        yield f"refused, but Asterisk dialled {seen.dialled}"
    cause = "" if simulation.cause is None else str(simulation.cause)
    if seen.end != ENDS.get(simulation.outcome, cause):
        yield f"ended with {seen.end}, not {ENDS.get(simulation.outcome, cause)}"


def _dialled(attempt: Attempt, simulation: Simulation) -> tuple[str, ...]:
    seconds = str(attempt.ring_seconds)
    return (str(attempt.route), attempt.gateway, attempt.sent_number, attempt.caller, seconds, simulation.normalised)


def _in_any_order(simulation: Simulation, dialled: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Gateways that are drawn by weight come in any order, inside their route."""
    drawn = {str(attempt.route) for attempt in simulation.attempts if attempt.share is not None}
    order = {str(route.id): place for place, route in enumerate(simulation.taken)}
    places = [
        (order.get(item[0], -1), item[1:] if item[0] in drawn else (), number) for number, item in enumerate(dialled)
    ]
    return [dialled[number] for *_key, number in sorted(places)]
