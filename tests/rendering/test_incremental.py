"""A change costs what it changes: the same text as from the ground up, and only what it touches rendered and parsed."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterisk_sync.generations import expected
from asterisk_sync.generations.expected import expected_config
from asterisk_sync.generations.validation import validate
from asterisk_sync.rendering import engine, parser, render_files, route_plan, sections
from asterisk_sync.rendering.sections import ConfigSyntaxError
from asterisk_sync.snapshot.values import CustomerSnapshot, RouteStepSnapshot, Snapshot
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import address, customer, example, extension, gateway, route
from tests.rendering.many import did, many, trunk
from voipadmin.core.runtime.caches import ROUNDS_KEPT, RoundCache

pytestmark = pytest.mark.slow(seconds=1)

Item = TypeVar("Item")
Change = Callable[[Snapshot], Snapshot]


def empty_the_caches() -> None:
    for cache in (engine.rendered_fragments, route_plan.route_plans):
        for _ in range(2 * ROUNDS_KEPT):
            cache.begin_round()
    expected._expected_config.cache_clear()
    expected.parse_file.cache_clear()
    expected._parser_caches.clear()


@pytest.fixture
def rendered() -> Iterator[list[str]]:
    """Name the templates that are rendered from here on."""
    names: list[str] = []
    original = engine.render_template

    def render(name: str, values: dict[str, object]) -> str:
        names.append(name)
        return original(name, values)

    with mock.patch.object(engine, "render_template", render):
        yield names


def replaced(items: tuple[Item, ...], index: int, **fields: Any) -> tuple[Item, ...]:
    changed = list(items)
    changed[index] = dataclasses.replace(items[index], **fields)  # type: ignore[type-var] # each is a snapshot
    return tuple(changed)


def with_customer(snapshot: Snapshot, code: str, change: Callable[[CustomerSnapshot], CustomerSnapshot]) -> Snapshot:
    customers = tuple(change(item) if item.code == code else item for item in snapshot.customers)
    return dataclasses.replace(snapshot, customers=customers)


LARGE = many(extensions=400, dids=3_000, trunks=20, gateways=10, routes=100)


@pytest.mark.parametrize(
    ("change", "fragments"),
    [
        (lambda s: s, []),
        (
            lambda s: dataclasses.replace(s, dids=replaced(s.dids, 5, destination="forward", forward_to="55119")),
            ["extensions_dids/numbers.conf"],
        ),
        (
            lambda s: dataclasses.replace(s, routes=replaced(s.routes, 5, prepend="7")),
            ["extensions_routes/route.conf"],
        ),
        (
            lambda s: with_customer(
                s, "OFFICE001", lambda c: dataclasses.replace(c, extensions=replaced(c.extensions, 3, secret="f" * 32))
            ),
            ["pjsip_extensions/extension.conf"],
        ),
        (
            lambda s: with_customer(
                s, "OFFICE001", lambda c: dataclasses.replace(c, extensions=replaced(c.extensions, 3, max_contacts=4))
            ),
            ["extensions_routes/numbers.conf", "pjsip_extensions/extension.conf"],
        ),
        (
            lambda s: dataclasses.replace(s, gateways=replaced(s.gateways, 5, channel_limit=7)),
            ["extensions_routes/gateway.conf", "pjsip_gateways/gateway.conf"],
        ),
        (
            lambda s: with_customer(s, "TRUNK0007", lambda c: dataclasses.replace(c, channel_limit=7)),
            ["extensions_dids/customer.conf", "pjsip_customer_trunks/trunk.conf"],
        ),
    ],
    ids=["nothing", "did", "route", "password", "extension", "gateway", "trunk"],
)
def test_a_change_renders_only_what_it_touches(change: Change, fragments: list[str], rendered: list[str]) -> None:
    render_files(LARGE, 1)
    rendered.clear()
    files = render_files(change(LARGE), 2)
    assert sorted(rendered) == fragments
    empty_the_caches()
    assert render_files(change(LARGE), 2) == files


def test_a_change_parses_only_the_sections_that_it_touches() -> None:
    before = render_files(LARGE, 1)
    expected_config(before)
    changed = dataclasses.replace(LARGE, dids=replaced(LARGE.dids, 5, destination="forward", forward_to="55119"))
    after = render_files(changed, 2)
    with mock.patch.object(parser, "read_section", wraps=sections.read_section) as read:
        wanted = validate(after, changed)
    # The context of the number, and the marker of the file.
    assert read.call_count == 2
    change = wanted.change_since(expected_config(before))
    assert len(change.contexts) == 2
    assert "va-generation-dids" in change.contexts
    assert not change.objects | change.removed_objects | change.removed_contexts


def test_what_the_last_sets_did_not_need_is_forgotten() -> None:
    cache: RoundCache[str] = RoundCache()
    for number in range(10 * ROUNDS_KEPT):
        cache.begin_round()
        cache.get_or_make("always", str)
        cache.get_or_make(number, str)
    assert len(cache) <= 2 * ROUNDS_KEPT + 1
    with mock.patch("builtins.str") as work:
        assert cache.get_or_make("always", work) == "always"
    work.assert_not_called()


@pytest.mark.parametrize("fault", ["[broken\n", "just words\n", "#include x\n", " blank=1\n", "a=1 ; comment\n"])
def test_a_fault_is_found_at_its_line_wherever_it_stands_and_however_often_it_is_read(fault: str) -> None:
    text = render_files(example(), 1)["pjsip_extensions.conf"]
    cache = parser.ParserCache()
    parser.parse_pjsip(text, cache)
    rows = text.splitlines(keepends=True)
    ends = [at for at, row in enumerate(rows) if row == "\n" and "=" in rows[at - 1]]
    assert len(ends) > 5
    for place in ends:
        broken = "".join([*rows[:place], fault, *rows[place:]])
        for _ in range(2):
            with pytest.raises(ConfigSyntaxError) as caught:
                parser.parse_pjsip(broken, cache)
            assert caught.value.line == place + 1


def codes(snapshot: Snapshot) -> list[str]:
    return [item.code for item in snapshot.customers]


@st.composite
def histories(draw: st.DrawFn) -> list[Snapshot]:
    """A snapshot, and the snapshots after each of several changes: objects come, change and go."""
    snapshot = example()
    found = [snapshot]
    for number in range(draw(st.integers(1, 6))):
        snapshot = draw(st.sampled_from(CHANGES))(snapshot, number, draw)
        found.append(snapshot)
    return found


def _add_did(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    new = did(draw(st.integers(0, 50)), draw(st.sampled_from(codes(s))), apart=draw(st.sampled_from([1, 1_000])))
    return dataclasses.replace(s, dids=(*(old for old in s.dids if old.number != new.number), new))


def _drop_did(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    return dataclasses.replace(s, dids=s.dids[1:])


def _change_extension(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    fields: dict[str, Any] = draw(
        st.sampled_from([{"forward_to": "0119"}, {"enabled": False}, {"max_contacts": 2}, {"number": f"77{number}"}])
    )
    place = draw(st.integers(0, 3))
    return with_customer(
        s, "CLINICA", lambda c: dataclasses.replace(c, extensions=replaced(c.extensions, place, **fields))
    )


def _add_extension(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    new = extension(900 + number, f"{2_000 + number}")
    return with_customer(s, "CLINICA", lambda c: dataclasses.replace(c, extensions=(*c.extensions, new)))


def _change_customer(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    fields: dict[str, Any] = draw(
        st.sampled_from([{"active": False}, {"active": True}, {"channel_limit": 3}, {"addresses": ()}])
    )
    return with_customer(s, draw(st.sampled_from(codes(s))), lambda c: dataclasses.replace(c, **fields))


def _add_customer(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    new = customer(800 + number, f"NEW{number}", addresses=(address(f"203.0.113.{100 + number}"),))
    return dataclasses.replace(s, customers=(*s.customers, new))


def _add_route(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    pattern = draw(st.sampled_from(["_0ZZXXXXXXXX", "_X.", "_00.", "_0119.", "190", "_0[1-3]."]))
    owners = tuple(draw(st.lists(st.sampled_from(codes(s)), max_size=2, unique=True)))
    new = route(700 + number, pattern, draw(st.sampled_from([10, 20, 25])), "GW_Vivo_SP", customers=owners)
    return dataclasses.replace(s, routes=(*s.routes, new))


def _change_route(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    place = draw(st.integers(0, len(s.routes) - 1))
    fields: dict[str, Any] = draw(
        st.sampled_from(
            [{"priority": 20}, {"pattern": "_0."}, {"steps": ()}, {"steps": (RouteStepSnapshot("GW_Reg", 1),)}]
        )
    )
    return dataclasses.replace(s, routes=replaced(s.routes, place, **fields))


def _change_gateway(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    fields: dict[str, Any] = draw(st.sampled_from([{"addresses": ()}, {"port": 5070}, {"caller_id_rule": "national"}]))
    return dataclasses.replace(s, gateways=replaced(s.gateways, draw(st.integers(0, 2)), **fields))


def _change_causes(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    return dataclasses.replace(s, reroute_causes=frozenset(draw(st.sets(st.sampled_from([3, 18, 34])))))


def _become_large(s: Snapshot, number: int, draw: st.DrawFn) -> Snapshot:
    more = tuple(did(number, "ACME") for number in range(300))
    return dataclasses.replace(s, dids=more, customers=(*s.customers, trunk(number)))


CHANGES = [
    *(_add_did, _drop_did, _change_extension, _add_extension, _change_customer, _add_customer),
    *(_add_route, _change_route, _change_gateway, _change_causes, _become_large),
]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(histories())
def test_change_after_change_gives_the_text_and_the_objects_of_a_fresh_start(history: list[Snapshot]) -> None:
    kept = [render_files(snapshot, 1) for snapshot in history]
    parsed = [expected_config(files) for files in kept]
    for snapshot, files, wanted in zip(history, kept, parsed, strict=True):
        empty_the_caches()
        assert render_files(snapshot, 1) == files
        assert expected_config(files) == wanted


def test_gateways_are_told_apart_by_what_others_have() -> None:
    """A fragment depends on all that its text says: the port is named where another gateway has the same address."""
    first, second = gateway(1, "GW_A", "198.51.100.1"), gateway(2, "GW_B", "198.51.100.2")
    alone = render_files(Snapshot(BRAZIL, gateways=(first, second)), 1)["pjsip_gateways.conf"]
    shared = dataclasses.replace(second, addresses=first.addresses, port=5080)
    together = render_files(Snapshot(BRAZIL, gateways=(first, shared)), 1)["pjsip_gateways.conf"]
    assert "match=198.51.100.1\n" in alone
    assert "match=198.51.100.1:5060\n" in together
