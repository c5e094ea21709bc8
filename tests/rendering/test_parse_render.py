"""What is rendered is read back as what was meant: parse(render(x)) == x, for generated snapshots."""

import re
import string
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.parser import Context, PjsipObject, parse_dialplan, parse_pjsip
from asterisk_sync.snapshot.values import (
    CustomerSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    RouteStepSnapshot,
    Snapshot,
    TrunkAddressSnapshot,
)
from routing.route_lines import RouteLine, route_lines
from routing.selection import matching_routes
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import new_id
from tests.routing.patterns_at_random import numbers, patterns
from voipadmin.core.numbers.patterns import parse_pattern

pytestmark = pytest.mark.slow(seconds=1)

# Drawn as text, not from expressions, which takes ten times as long.
LETTERS = string.ascii_letters + string.digits
codes = st.text(f"{LETTERS}_-", min_size=1, max_size=20).filter(
    lambda code: code.lower() not in {"anonymous", "global"}
)
secrets = st.text(f"{LETTERS}_.!%*+=~^?:-", min_size=8, max_size=30)
digits = st.integers(10**6, 10**15 - 1).map(str)
caller_names = st.from_regex(r"\A([A-Za-zÀ-ÖØ-öø-ÿ0-9_.-]([A-Za-zÀ-ÖØ-öø-ÿ0-9_ .-]{0,20}[A-Za-z0-9.-])?)?\Z")
codecs = st.lists(st.sampled_from(["alaw", "ulaw", "g729", "opus"]), min_size=1, max_size=3, unique=True).map(tuple)
ports = st.integers(1, 65_535)


@st.composite
def extensions(draw: st.DrawFn, number: int) -> ExtensionSnapshot:
    return ExtensionSnapshot(
        id=new_id(1000 + number),
        number=str(1000 + number),
        username=f"u{number:015x}",
        secret=draw(secrets),
        caller_id_name=draw(caller_names),
        caller_id_number=draw(digits),
        codecs=draw(codecs),
        max_contacts=draw(st.integers(1, 10)),
        forward_to="",
        enabled=True,
    )


@st.composite
def gateways(draw: st.DrawFn, number: int, name: str) -> GatewaySnapshot:
    host = f"198.51.100.{number + 1}"
    return GatewaySnapshot(
        id=new_id(number),
        name=f"GW_{number}_{name}",
        host=host,
        addresses=(host,),
        port=draw(ports),
        transport=draw(st.sampled_from(["udp", "tcp", "tls"])),
        codecs=draw(codecs),
        registers=draw(st.booleans()),
        username=draw(st.text(f"{LETTERS}_.+-", min_size=3, max_size=20)),
        secret=draw(secrets),
        tech_prefix=draw(st.text("0123456789*#", max_size=6)),
        strip_digits=draw(st.integers(0, 5)),
        prepend=draw(st.sampled_from(["", "+"])) + draw(st.text("0123456789", max_size=5)),
        number_format=draw(st.sampled_from(["automatic", "e164", "national", "trunk_zero"])),
        sent_format=draw(st.sampled_from(["as_dialled", "e164", "e164_plus", "national", "zero"])),
        carrier_code="",
        caller_id_rule="keep",
        caller_id_number="",
        channel_limit=draw(st.integers(1, 10_000)),
        qualify=draw(st.booleans()),
        reroute_forbidden=draw(st.booleans()),
    )


@st.composite
def addresses(draw: st.DrawFn, number: int) -> TrunkAddressSnapshot:
    transport = draw(st.sampled_from(["udp", "tcp"]))
    return TrunkAddressSnapshot(f"203.0.113.{number + 1}", draw(ports), transport, receives_calls=True, priority=1)


def a_route(id_: UUID, pattern: str, **fields: Any) -> RouteSnapshot:
    return RouteSnapshot(id_, pattern, route_lines(pattern, BRAZIL), **fields)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = [draw(gateways(index, draw(codes))) for index in range(draw(st.integers(1, 3)))]
    names = [gateway.name for gateway in found]
    trunks = [
        CustomerSnapshot(
            id=new_id(100 + index), code=f"T{index}{draw(codes)}", type="trunk", active=draw(st.booleans()),
            channel_limit=draw(st.integers(1, 10_000)), calls_per_second=draw(st.integers(1, 500)), caller_id_number="",
            addresses=(draw(addresses(index)),),
        )
        for index in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    office = CustomerSnapshot(
        id=new_id(200), code=f"E{draw(codes)}", type="extension", active=True, channel_limit=5, calls_per_second=5,
        caller_id_number="", extensions=tuple(draw(extensions(index)) for index in range(draw(st.integers(0, 4)))),
    )  # fmt: skip
    owners = [customer.code for customer in (*trunks, office)]
    routes = tuple(
        a_route(
            new_id(300 + index), draw(patterns()), priority=draw(st.sampled_from([10, 20])), by_weight=False,
            strip_digits=draw(st.integers(0, 3)), prepend=draw(st.text("0123456789", max_size=4)), caller_id_number="",
            ring_seconds=draw(st.integers(5, 300)), steps=(RouteStepSnapshot(draw(st.sampled_from(names)), 100),),
            customers=tuple(draw(st.lists(st.sampled_from(owners), max_size=2, unique=True))),
        )
        for index in range(draw(st.integers(0, 8)))
    )  # fmt: skip
    return Snapshot(BRAZIL, (*trunks, office), tuple(found), routes)


def objects(text: str) -> dict[tuple[str, str], PjsipObject]:
    return {(item.type, item.name): item for item in parse_pjsip(text)}


def host_and_port(item: PjsipObject, key: str) -> tuple[str, int, str]:
    match = re.fullmatch(r"sip:(?:[^@]+@)?([^:]+):(\d+)(?:;transport=(\w+))?", item.value(key) or "")
    assert match is not None
    return match[1], int(match[2]), match[3] or "udp"


many = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@many
@given(snapshots())
def test_gateways_are_read_back_as_they_were(snapshot: Snapshot) -> None:
    found = objects(render_files(snapshot, 1)["pjsip_gateways.conf"])
    for gateway in snapshot.gateways:
        endpoint, aor = found["endpoint", gateway.name], found["aor", gateway.name]
        assert host_and_port(aor, "contact") == (gateway.host, gateway.port, gateway.transport)
        assert tuple((endpoint.value("allow") or "").split(",")) == gateway.codecs
        assert f"va_gateway_limit={gateway.channel_limit}" in endpoint.values("set_var")
        assert UUID(endpoint.values("set_var")[1].partition("=")[2]) == gateway.id
        assert (aor.value("qualify_frequency") is not None) == gateway.qualify
        auth = found["auth", gateway.name]
        assert (auth.value("username"), auth.value("password")) == (gateway.username, gateway.secret)
        assert (("registration", gateway.name) in found) == gateway.registers
        assert found["identify", gateway.name].values("match") == list(gateway.addresses)
    assert len([kind for kind, _ in found if kind == "endpoint"]) == len(snapshot.gateways)


@many
@given(snapshots())
def test_customers_and_extensions_are_read_back_as_they_were(snapshot: Snapshot) -> None:
    files = render_files(snapshot, 1)
    trunks, phones = objects(files["pjsip_customer_trunks.conf"]), objects(files["pjsip_extensions.conf"])
    for customer in snapshot.customers:
        for address in customer.addresses:
            endpoint = trunks["endpoint", customer.endpoint]
            assert endpoint.value("accountcode") == customer.code
            assert (endpoint.value("context") == "va-suspended") == (not customer.active)
            assert f"va_limit={customer.channel_limit}" in endpoint.values("set_var")
            assert trunks["identify", f"+{customer.endpoint}"].values("match") == [address.network]
            contact = host_and_port(trunks["aor", f"{customer.endpoint}.1"], "contact")
            assert contact == (address.network, address.port, address.transport)
        for extension in customer.extensions:
            endpoint, auth = phones["endpoint", extension.username], phones["auth", extension.username]
            assert endpoint.value("callerid") == f"{extension.caller_id_name} <{extension.number}>".strip()
            assert tuple((endpoint.value("allow") or "").split(",")) == extension.codecs
            assert f"va_caller={extension.caller_id_number}" in endpoint.values("set_var")
            assert (auth.value("username"), auth.value("password")) == (extension.username, extension.secret)
            assert phones["aor", extension.username].value("max_contacts") == str(extension.max_contacts)


def searched(contexts: dict[str, Context], entry: str) -> list[tuple[str, str]]:
    """Return pattern and route context of every line that is searched from `entry`, in order."""
    context = contexts[entry]
    own = [(exten, steps[0].arguments.partition(",")[0]) for exten, steps in context.extensions.items()]
    return own + [line for name in context.includes for line in searched(contexts, name)]


def a_key_of(line: RouteLine) -> str:
    """Return the lowest number of those that a line of a route takes."""
    return "".join(min(digits) for digits in parse_pattern(line.pattern).positions)


@many
@given(snapshots(), numbers)
def test_what_each_customer_searches_is_the_order_of_selection(snapshot: Snapshot, number: str) -> None:
    files = render_files(snapshot, 1)
    contexts = parse_dialplan(files["extensions_routes.conf"])
    trunks = objects(files["pjsip_customer_trunks.conf"])
    keys = {number, *(a_key_of(line) for route in snapshot.routes for line in route.lines)}
    for customer in snapshot.customers:
        if not (customer.addresses and customer.active):
            continue
        variables = dict(value.partition("=")[::2] for value in trunks["endpoint", customer.endpoint].values("set_var"))
        lines = searched(contexts, f"va-search{variables.get('va_view', '')}")
        for key in keys:
            taken = (route for pattern, route in lines if parse_pattern(pattern).matches(key))
            # Several lines of one route may take a key.
            found = list(dict.fromkeys(route for route in taken if route.startswith("va-route-")))
            expected = matching_routes(snapshot.routes, key, customer.code)
            assert found == [f"va-route-{route.id.hex}" for route in expected]


@many
@given(snapshots())
def test_every_context_that_is_named_exists(snapshot: Snapshot) -> None:
    files = render_files(snapshot, 1)
    contexts = parse_dialplan(files["extensions_routes.conf"]) | parse_dialplan(files["extensions_dids.conf"])
    for context in contexts.values():
        assert set(context.includes) <= contexts.keys()
    for name in ("pjsip_gateways.conf", "pjsip_customer_trunks.conf", "pjsip_extensions.conf"):
        entries = {item.value("context") for item in parse_pjsip(files[name]) if item.type == "endpoint"}
        assert entries <= contexts.keys()


@many
@given(snapshots())
def test_after_each_level_comes_the_rest_of_the_customers_own_view(snapshot: Snapshot) -> None:
    files = render_files(snapshot, 1)
    contexts = parse_dialplan(files["extensions_routes.conf"])
    endpoints = parse_pjsip(files["pjsip_customer_trunks.conf"]) + parse_pjsip(files["pjsip_extensions.conf"])
    for endpoint in endpoints:
        entry = endpoint.value("context")
        if endpoint.type != "endpoint" or entry is None or entry == "va-suspended":
            continue
        view = next((value[8:] for value in endpoint.values("set_var") if value.startswith("va_view=")), "")
        if entry.startswith("from-internal-"):
            entry = contexts[entry].includes[-1]
        levels = levels_of(contexts, entry)
        for index, level in enumerate(levels, start=1):
            for steps in contexts[level].extensions.values():
                position = steps[0].arguments.rstrip(")").rpartition(",")[2]
                # As the route does it: what a view has not of its own is what all have.
                own = f"va-after{view}-{position}"
                assert levels_of(contexts, own if own in contexts else f"va-after-{position}") == levels[index:]


def levels_of(contexts: dict[str, Context], name: str) -> list[str]:
    """Return the contexts of routes that a search goes through, in order."""
    found: list[str] = []
    for include in contexts[name].includes:
        found += [include] if include.startswith("va-level") else levels_of(contexts, include)
    return found
