"""A large node: no context is large whatever the numbers look like, and nothing is searched too deep."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import Context, parse_dialplan
from asterisk_sync.rendering.search_contexts import LEVELS_IN_A_BLOCK, NO_ROUTE, LevelContexts, plan_search_contexts
from asterisk_sync.snapshot.values import RouteSnapshot, Snapshot
from routing.selection import matching_routes
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import customer, example, extension, gateway, route
from tests.rendering.many import did, many, office
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.reading import read_number

pytestmark = pytest.mark.slow(seconds=1)

LARGEST = 1_000
# Asterisk's AST_PBX_MAX_STACK: a lookup that has seen so many contexts gives up.
MOST_IN_A_LOOKUP = 512


def contexts_of(snapshot: Snapshot) -> dict[str, Context]:
    files = render_files(snapshot, 1)
    return parse_dialplan(files["extensions_routes.conf"]) | parse_dialplan(files["extensions_dids.conf"])


def searched(contexts: dict[str, Context], name: str) -> list[str]:
    """Return every context that a lookup in this one sees, as deep as includes go."""
    return [name, *(inner for include in contexts[name].includes for inner in searched(contexts, include))]


def depth(contexts: dict[str, Context], name: str) -> int:
    return 1 + max((depth(contexts, include) for include in contexts[name].includes), default=0)


def numbers(count: int, **how: int) -> Snapshot:
    owner = customer(1, "TRUNK", caller_id_number="551140001000")
    return Snapshot(BRAZIL, customers=(owner,), dids=tuple(did(number, "TRUNK", **how) for number in range(count)))


@pytest.mark.parametrize(
    "snapshot",
    [
        numbers(20_000),
        numbers(20_000, apart=1_000),
        numbers(20_000, apart=1_000_000, first=510_000_000_000),
        numbers(3_000, apart=11),
        Snapshot(BRAZIL, customers=(office(1, 10_000),)),
        many(routes=2_000),
    ],
    ids=["one prefix", "same last digits", "same last six digits", "elevens", "one customer's extensions", "routes"],
)
def test_no_context_is_large_whatever_the_numbers_look_like(snapshot: Snapshot) -> None:
    contexts = contexts_of(snapshot)
    assert max(len(context.extensions) for context in contexts.values()) <= LARGEST
    for context in contexts.values():
        assert all(len(steps) == 1 for steps in context.extensions.values()) or len(context.extensions) < 50
        names = list(context.extensions)
        if names and all(name.isdecimal() for name in names) and not context.name.startswith("va-verdict"):
            assert names == sorted(names, reverse=True)


def test_the_number_of_a_did_leads_to_the_context_that_holds_it() -> None:
    contexts = contexts_of(numbers(20_000, apart=1_000))
    (steps,) = (steps for steps in contexts["va-incoming"].extensions.values())
    (chosen,) = (step.arguments for step in steps if "va_bucket=" in step.arguments)
    parts = int(chosen.rpartition("% ")[2].rstrip("])"))
    held = [name for name, context in contexts.items() if name.startswith("va-dids-") for _ in context.extensions]
    assert len(held) == 20_000
    for name, context in contexts.items():
        if name.startswith("va-dids-"):
            assert all(name == f"va-dids-{int(number) % parts}" for number in context.extensions)


def test_a_customer_of_many_extensions_finds_each_of_them_before_any_route() -> None:
    many_extensions = office(1, 3_000)
    contexts = contexts_of(Snapshot(BRAZIL, customers=(many_extensions,)))
    *parts, entry = contexts[f"from-internal-{many_extensions.code}"].includes
    assert entry == "from-internal"
    found = [number for part in parts for number in contexts[part].extensions]
    assert sorted(found) == sorted(extension.number for extension in many_extensions.extensions)


def test_two_thousand_priorities_are_searched_in_order_and_no_lookup_sees_too_many_contexts() -> None:
    routes = tuple(route(number, "_0.", number, "GW") for number in range(1, 2_001))
    contexts = contexts_of(Snapshot(BRAZIL, gateways=(gateway(1, "GW", "198.51.100.1"),), routes=routes))
    for name in contexts:
        assert len(searched(contexts, name)) < MOST_IN_A_LOOKUP
        assert depth(contexts, name) < 60
    assert walk(contexts, "va-search") == [f"va-level-{number}-1" for number in range(1, 2_001)]
    assert walk(contexts, "va-after-1000-1") == [f"va-level-{number}-1" for number in range(1_001, 2_001)]
    assert sum(len(context.includes) for context in contexts.values()) < 2_001 * (LEVELS_IN_A_BLOCK + 2)


def walk(contexts: dict[str, Context], name: str) -> list[str]:
    """Return the contexts of routes in the order of a call that none of them takes, jumps and all."""
    found: list[str] = []
    for seen in searched(contexts, name):
        # A context's own extensions are looked at before its includes: what takes any number must not have any.
        jump = contexts[seen].extensions.get("_X!")
        assert jump is None or not contexts[seen].includes
        if jump is not None and jump[0].application == "Goto":
            return found + walk(contexts, jump[0].arguments.partition(",")[0])
        found += [seen] if seen.startswith("va-level") else []
    return found


@settings(max_examples=200)
@given(st.lists(st.integers(1, 40), max_size=120))
def test_whatever_is_left_after_a_level_is_searched_in_order(sizes: list[int]) -> None:
    levels = [
        LevelContexts(f"{at}-1", tuple(f"level-{at}-{part}" for part in range(size))) for at, size in enumerate(sizes)
    ]
    searches, after = plan_search_contexts("entry", "", levels, {})
    found = {search.context: search for search in searches}

    def order(name: str) -> list[str]:
        search = found.get(name)
        if search is None:
            return [] if name == NO_ROUTE else [name]
        assert not (search.includes and search.goes_on)
        return order(search.goes_on) if search.goes_on else [each for name in search.includes for each in order(name)]

    expected = [context for _position, contexts in levels for context in contexts]
    assert order("entry") == expected
    for at, (position, contexts) in enumerate(levels):
        assert order(after[position]) == [name for _position, names in levels[at + 1 :] for name in names], contexts


def test_a_search_that_ends_as_another_one_does_shares_its_end() -> None:
    common = [LevelContexts(f"{at}-1", (f"level-{at}-1",)) for at in range(30)]
    shared = {search.context: search for search in plan_search_contexts("entry", "", common, {})[0]}
    own = [*common[:3], LevelContexts("2-1-1", ("level-own",)), *common[3:]]
    searches, after = plan_search_contexts("view", "-own", own, shared)
    own_ends = [f"va-after-own-{position}" for position in ("0-1", "1-1", "2-1", "2-1-1")]
    assert [search.context for search in searches] == ["view", *own_ends]
    assert after["20-1"] == "va-after-20-1"


def with_own_routes(count: int, *own: RouteSnapshot) -> Snapshot:
    """Return many routes that are for all, and a trunk customer for each of those that are its own."""
    base = many(routes=count)
    owners = tuple(customer(9_000 + number, f"OWN{number:04d}") for number in range(len(own)))
    mine = tuple(dataclasses.replace(item, customers=(owner.code,)) for item, owner in zip(own, owners, strict=True))
    return dataclasses.replace(base, customers=(*base.customers, *owners), routes=(*base.routes, *mine))


@pytest.mark.slow
def test_customers_with_routes_of_their_own_share_the_contexts_of_all() -> None:
    own = [route(7_000_000 + number, "_X.", 10, "GW0000") for number in range(200)]
    alone, together = contexts_of(with_own_routes(1_000)), contexts_of(with_own_routes(1_000, *own))
    lines = [sum(len(context.extensions) for context in found.values()) for found in (alone, together)]
    # For each of them its route and the lines that lead to it, and nothing of the thousand that are for all.
    assert lines[1] - lines[0] == 200 * (1 + len(own[0].lines))
    assert sum(len(context.includes) for context in together.values()) < 200 * 40


@pytest.mark.parametrize("pattern", ["_X.", "_0ZZXXXXXXXX", "_0[0-9][1-9]X.", "_0012XXXXXXX.", "_0012.", "_00[12]."])
def test_a_route_of_its_own_is_tried_in_its_place_among_those_of_all(pattern: str) -> None:
    snapshot = with_own_routes(400, route(7_000_000, pattern, 10, "GW0000"))
    contexts = contexts_of(snapshot)
    entry = next((name for name in contexts if name.startswith("va-search-")), "va-search")
    for dialled in ("01230012345", "01140001000", "01987654321", "00120012345", "0012125550100", "0800123456", "190"):
        number = read_number(dialled, BRAZIL).key
        lines = [
            (exten, steps[0].arguments.partition(",")[0].removeprefix("va-route-"))
            for name in searched(contexts, entry)
            if name.startswith("va-level")
            for exten, steps in contexts[name].extensions.items()
        ]
        found = [hexed for exten, hexed in lines if parse_pattern(exten).matches(number)]
        assert list(dict.fromkeys(found)) == [
            item.id.hex for item in matching_routes(snapshot.routes, number, "OWN0000")
        ]


def test_a_level_of_many_routes_is_spread_and_each_line_names_the_level() -> None:
    contexts = contexts_of(many(routes=2_000))
    parts = [name for name in contexts["va-search"].includes if name.startswith("va-level-10-1")]
    assert len(parts) > 1
    told = {steps[0].arguments.rpartition(",")[2] for name in parts for steps in contexts[name].extensions.values()}
    assert told == {"10-1)"}


def test_the_example_keeps_every_extension_where_it_was() -> None:
    contexts = contexts_of(example())
    assert list(contexts["from-internal-CLINICA"].extensions) == ["1004", "1003", "1002", "1001"]
    assert extension(1, "1001").username not in contexts
