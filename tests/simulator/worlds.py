"""Small operators at random: routes that overlap, gateways that rewrite, customers of each kind, and calls to try."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from asterisk_sync.simulator.call_context import CallContext, KnownRoute
from asterisk_sync.simulator.results import SimulatedCall
from asterisk_sync.snapshot.values import DIDSnapshot, GatewaySnapshot, RouteSnapshot, RouteStepSnapshot, Snapshot
from routing.models import CallerIdRule, NumberFormat, SentFormat
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import address, customer, extension, gateway, new_id, route

AT = datetime(2026, 1, 11, 12, tzinfo=UTC)
NOBODY_IS_FULL = 10_000
GATEWAYS = ("GW_A", "GW_B", "GW_C")
TRUNKS = ("ACME", "OUTRO", "TERCEIRO")
ABROAD = ("1212", "1904", "4179", "3519")
HOME_AREAS = ("11", "21")
CALLERS = ("", "551130001055", "+551130001055", "1130001055", "01130001055", "anonymous", "12", "123", "a1234", "190")
DIDS = ("551140001000", "551140001001", "551140001002")


@dataclass(frozen=True)
class World:
    """A call context, and calls to simulate in it."""

    call_context: CallContext
    questions: tuple[SimulatedCall, ...]


def dialled(draw: Random) -> str:
    """Return what somebody dials: a number of the country in one of its forms, one abroad, or a code."""
    kind = draw.random()
    if kind < 0.12:
        return draw.choice(["190", "192", "10315", "40041234", "08001234567", "03001234567"])
    if kind < 0.35:
        return draw.choice(["00", "+"]) + draw.choice(ABROAD) + "".join(draw.choices("0123456789", k=7))
    local = draw.choice(
        ["9" + "".join(draw.choices("0123456789", k=8)), "3" + "".join(draw.choices("0123456789", k=7))]
    )
    if kind < 0.45:
        return local
    return draw.choice(["0", "0", "0", "", "55", "+55", "0055", "021"]) + draw.choice(HOME_AREAS) + local


def a_pattern(draw: Random) -> str:
    """Return a pattern that some number dialled matches, and that overlaps many others."""
    number = dialled(draw)
    if draw.random() < 0.1 and "+" not in number:
        return number
    kept = draw.randint(2 if number.startswith("+") else 1, len(number))
    body = "".join(_class_of(draw, digit) for digit in number[:kept])
    return f"_{body}{draw.choice('.!') if kept < len(number) else draw.choice(['', '', '!'])}"


def _class_of(draw: Random, digit: str) -> str:
    if digit == "+" or draw.random() < 0.3:
        return digit
    wide = ["X", "X", "[0-9]", *(["Z"] if digit > "0" else []), *(["N"] if digit > "1" else []), f"[{digit}5]"]
    return draw.choice(wide)


def a_number(draw: Random) -> str:
    """Return what a customer dials; now and then with something in it that is no number, or a digit too many."""
    number = dialled(draw)
    if draw.random() < 0.1:
        place = draw.randint(0, len(number))
        number = number[:place] + draw.choice(["a", "-", "+", "#", "7"]) + number[place:]
    return number


def a_gateway(draw: Random, number: int, name: str) -> GatewaySnapshot:
    """Return a gateway that rewrites in its own way."""
    rule = draw.choice(CallerIdRule.values)
    values: dict[str, Any] = {
        "strip_digits": draw.choice([0, 0, 0, 1, 2]),
        "prepend": draw.choice(["", "", "55", "+", "+55"]),
        "tech_prefix": draw.choice(["", "", "1234#", "9*"]),
        "caller_id_rule": rule,
        "caller_id_number": "551150001000" if rule == "fixed" else "",
        "number_format": draw.choice(NumberFormat.values),
        "sent_format": draw.choice([*SentFormat.values, "as_dialled", "as_dialled", "as_dialled"]),
        "carrier_code": "21",
        "reroute_forbidden": draw.random() < 0.3,
        "channel_limit": NOBODY_IS_FULL,
    }
    return gateway(number, name, f"198.51.100.{number}", **values)


def a_route(draw: Random, number: int) -> RouteSnapshot:
    """Return a route over some of the gateways, for some of the customers."""
    chosen = draw.sample(GATEWAYS, k=draw.choice([0, 1, 1, 1, 2, 2, 3]))
    steps = tuple(RouteStepSnapshot(name, draw.choice([1, 100, 300])) for name in chosen)
    return route(
        number,
        a_pattern(draw),
        draw.choice([10, 20, 30]),
        by_weight=draw.random() < 0.2,
        strip_digits=draw.choice([0, 0, 0, 1, 2]),
        prepend=draw.choice(["", "", "00", "+", "021"]),
        caller_id_number=draw.choice(["", "", "", "551160001000"]),
        ring_seconds=draw.choice([30, 60]),
        steps=steps,
        customers=draw.choice([(), (), (), ("ACME",), ("ACME", "CLINICA"), ("OUTRO",)]),
    )


def a_snapshot(draw: Random) -> Snapshot:
    """Return a small operator."""
    limits = {"channel_limit": NOBODY_IS_FULL, "calls_per_second": NOBODY_IS_FULL}
    trunks = [
        customer(
            index,
            code,
            addresses=(address(f"203.0.113.{index}"),),
            caller_id_number=draw.choice(["", "551130001000"]),
            active=code != "TERCEIRO",
            home_area=draw.choice(["", *HOME_AREAS]),
            **limits,
        )
        for index, code in enumerate(TRUNKS, start=1)
    ]
    away = draw.choice(["1002", "1004", "01140009876", "+5511987654321", "40009876", "5"])
    lines = (
        extension(21, "1001", caller_id_number=draw.choice(["", "551140009001"])),
        extension(22, "1002", home_area=draw.choice(["", "21"])),
        extension(23, "1003", forward_to=away),
        extension(24, "1004", forward_to="1003"),
        extension(25, "1005", enabled=False, secret=""),
    )
    clinic = customer(
        9, "CLINICA", type="extension", extensions=lines, caller_id_number="551140001000", home_area="11", **limits
    )
    username = lines[draw.choice([0, 2, 4])].username
    return Snapshot(
        plan=BRAZIL,
        customers=tuple(sorted([*trunks, clinic], key=lambda item: item.code)),
        gateways=tuple(a_gateway(draw, index, name) for index, name in enumerate(GATEWAYS, start=11)),
        routes=tuple(a_route(draw, number) for number in range(31, 31 + draw.randint(3, 12))),
        dids=(
            DIDSnapshot(new_id(41), DIDS[0], draw.choice(["", "GW_A"]), draw.choice(TRUNKS), "trunk"),
            DIDSnapshot(new_id(42), DIDS[1], "", "CLINICA", "extension", extension=username),
            DIDSnapshot(new_id(43), DIDS[2], "", "CLINICA", "forward", forward_to=away),
        ),
    )


def a_question(draw: Random, snapshot: Snapshot) -> SimulatedCall:
    """Return a call: mostly by a trunk customer, else by a telephone, or by a gateway to a number."""
    number = a_number(draw)
    kind = draw.random()
    if kind < 0.6:
        return SimulatedCall(number, AT, customer=draw.choice(TRUNKS[:2]), caller_id=draw.choice(CALLERS))
    if kind < 0.65:
        return SimulatedCall(number, AT, customer="TERCEIRO")
    if kind < 0.85:
        dialled = draw.choice([number, number, "1002", "1003", "1004", "1005"])
        return SimulatedCall(dialled, AT, customer="CLINICA", extension=draw.choice(["1001", "1002", "1005"]))
    did = draw.choice([*DIDS, "551149999999"])
    written = draw.choice([did, f"+{did}", did[2:], f"0{did[2:]}", f"{did}a"])
    return SimulatedCall(written, AT, gateway=draw.choice(GATEWAYS), caller_id=draw.choice(CALLERS))


def a_world(draw: Random, calls: int) -> World:
    """Return an operator with so many calls to try."""
    snapshot = a_snapshot(draw)
    known = tuple(
        KnownRoute(
            item.id, f"Route {item.pattern}", item.pattern, item.priority, enabled=True, customers=item.customers
        )
        for item in snapshot.routes
    )
    call_context = CallContext("lab", snapshot, routes=known, numbers=len(snapshot.dids))
    return World(call_context, tuple(a_question(draw, snapshot) for _ in range(calls)))


def worlds(calls: int = 3) -> st.SearchStrategy[World]:
    """Draw worlds, evenly: what hypothesis likes best, small numbers, would hardly ever overlap."""
    return st.randoms(use_true_random=True).map(lambda draw: a_world(draw, calls))
