"""The live Asterisk as an oracle: the order in which it would try routes is the order of `routing/selection.py`."""

import random
import re
from uuid import UUID

import pytest

from asterisk_sync.rendering.route_plan import plan_routes
from asterisk_sync.snapshot.loader import load_snapshot
from asterisk_sync.snapshot.values import RouteSnapshot
from routing.selection import matching_routes, takes
from tests.calls.exchange import Exchange
from tests.core.numbers.plans import BRAZIL
from tests.lab.sipp import Behaviour
from tests.routing.oracles import select_attempts
from tests.simulator.worlds import a_pattern as a_route_pattern
from tests.simulator.worlds import dialled
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.reading import number_of_key, read_number
from voipadmin.core.numbers.spelling import NumberForm, spell

SETS = 25
NUMBERS_PER_SET = 4
ELEMENTS = [*"01125", "X", "X", "Z", "N", "[12]", "[2-5]", "[0-9]", "[179]", "[1-35]"]
# What follows draws routes of numbers as people dial them: those of tests/simulator/worlds.
ROUTE_LINE = re.compile(r"^\s+'[^']+' =>\s+1\. Gosub\(va-route-([0-9a-f]{32}),", re.MULTILINE)
PATTERN_LINE = re.compile(r"^\s+'([^']+)' =>", re.MULTILINE)


def a_pattern(draw: random.Random) -> str:
    """Return a pattern that overlaps many others."""
    if draw.random() < 0.1:
        return "".join(draw.choices("0125", k=draw.randint(2, 4)))
    body = "".join(draw.choices(ELEMENTS, k=draw.randint(1, 5)))
    return f"_{body}{draw.choice(['', '', '.', '!'])}"


def a_number(draw: random.Random, pattern: str) -> str:
    """Return a number that the pattern matches."""
    parsed = parse_pattern(pattern)
    digits = [draw.choice(sorted(allowed)) for allowed in parsed.positions]
    more = draw.randint(1, 3) if parsed.tail else 0
    return "".join(digits) + "".join(draw.choices("012359", k=more))


def routes_tried(exchange: Exchange, number: str, context: str) -> list[UUID]:
    """Ask the running Asterisk for the routes of a number, by its key, in the order in which it would try them."""
    shown = exchange.asterisk.cli(f"dialplan show {number}@{context}")
    return [UUID(hex=match) for match in dict.fromkeys(ROUTE_LINE.findall(shown))]


def a_key(draw: random.Random) -> str:
    """Return the key of a number that somebody dials."""
    while True:
        found = read_number(dialled(draw), BRAZIL, home_area="11")
        if found.is_readable:
            return found.key


def routes_expected(routes: tuple[RouteSnapshot, ...], number: str, customer: str) -> list[UUID]:
    return [route.id for route in matching_routes(routes, number, customer)]


def test_for_generated_overlapping_patterns_asterisk_tries_in_the_order_of_selection(exchange: Exchange) -> None:
    draw = random.Random(20_260_111)  # noqa: S311 - the same sets in every run
    carrier = exchange.carrier("GW_Vivo_SP")
    for _ in range(12):
        exchange.route(a_route_pattern(draw), carrier, priority=draw.choice([10, 20, 30]))
    customers = [exchange.trunk_without_address(f"SET{index}") for index in range(SETS)]
    for customer in customers:
        for _ in range(draw.randint(3, 10)):
            exchange.route(a_route_pattern(draw), carrier, priority=draw.choice([10, 20, 30]), customers=[customer])
    exchange.apply()
    routes = load_snapshot(exchange.node).routes
    plan = plan_routes(routes, [customer.code for customer in customers])

    longest = 0
    for code in (*(customer.code for customer in customers), "NOBODY"):
        for _ in range(NUMBERS_PER_SET):
            number = a_key(draw)
            expected = routes_expected(routes, number, code)
            assert routes_tried(exchange, number, plan.search_path_of(code).contexts[0].context) == expected, (
                code,
                number,
            )
            longest = max(longest, len(expected))
    assert longest >= 6, "the sets did not overlap enough to say anything"


def test_what_is_left_after_each_attempt_is_what_selection_has_left(exchange: Exchange) -> None:
    draw = random.Random(7)  # noqa: S311 - the same sets in every run
    carrier = exchange.carrier("GW_Vivo_SP")
    for _ in range(14):
        exchange.route(a_route_pattern(draw), carrier, priority=draw.choice([10, 20]))
    exchange.route("_X.", carrier, priority=20)
    exchange.apply()
    routes = load_snapshot(exchange.node).routes
    path = plan_routes(routes, []).common

    for _ in range(4):
        number = a_key(draw)
        expected = routes_expected(routes, number, "ANY")
        for level in path.levels:
            in_level = [route.id for route in level.routes if takes(route, number)]
            assert len(in_level) <= 1
            if in_level:
                left = expected[expected.index(in_level[0]) + 1 :]
                assert routes_tried(exchange, number, f"va-after-{level.position}") == left


def test_asterisks_own_order_of_patterns_is_that_of_specificity(exchange: Exchange) -> None:
    draw = random.Random(42)  # noqa: S311 - the same sets in every run
    drawn = sorted({a_pattern(draw) for _ in range(60)} | {"_X.", "_X!", "_[12]X.", "_1.", "_1!"})
    # Patterns that are one to Asterisk, such as _X and _[0-9], cannot stand side by side in one context.
    unique = list({parse_pattern(text).specificity: text for text in drawn}.values())
    draw.shuffle(unique)
    try:
        for pattern in unique:
            exchange.asterisk.cli(f"dialplan add extension {pattern},1,NoOp() into va-oracle")
        for _ in range(40):
            number = a_number(draw, draw.choice(unique))
            matching = [text for text in unique if parse_pattern(text).matches(number)]
            expected = sorted(matching, key=lambda text: parse_pattern(text).specificity)
            shown = PATTERN_LINE.findall(exchange.asterisk.cli(f"dialplan show {number}@va-oracle"))
            assert shown == expected, number
    finally:
        exchange.asterisk.cli("dialplan remove context va-oracle")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_call_that_every_gateway_refuses_goes_through_all_attempts_in_order(exchange: Exchange, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - the same sets in every run
    carriers = [exchange.carrier(f"GW_{index}", Behaviour(503, ring_ms=0)) for index in range(3)]
    acme = exchange.trunk("ACME")
    for _ in range(10):
        chosen = draw.sample(carriers, k=draw.randint(1, 2))
        owners = [acme.customer] if draw.random() < 0.3 else []
        exchange.route(a_route_pattern(draw), *chosen, priority=draw.choice([10, 20]), customers=owners)
    exchange.route("_X.", carriers[0], priority=30)
    exchange.apply()
    routes = load_snapshot(exchange.node).routes
    number = max((a_key(draw) for _ in range(60)), key=lambda key: len(select_attempts(routes, key, "ACME")))
    expected = select_attempts(routes, number, "ACME")
    assert len(expected) >= 3

    outcome = exchange.call(acme, spell(number_of_key(number, BRAZIL), NumberForm.NATIONAL_ZERO, BRAZIL))

    assert outcome.cause == 34
    names = {str(carrier.gateway.pk): carrier.gateway.name for carrier in carriers}
    tried = [
        (int(record["va_attempt"]), UUID(record["va_route"]), names[record["va_gateway"]])
        for record in exchange.records(len(expected))
    ]
    assert tried == [(attempt.number, attempt.route, attempt.gateway) for attempt in expected]
