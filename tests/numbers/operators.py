"""Operators at random: a plan, customers with home areas, gateways that rewrite, routes that overlap, tariffs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from uuid import UUID

from asterisk_sync.simulator.call_context import CallContext, KnownProvider
from asterisk_sync.snapshot.values import CustomerSnapshot, GatewaySnapshot, RouteSnapshot, RouteStepSnapshot, Snapshot
from billing.rating.calls import ProviderCost
from billing.rating.key_patterns import Matches
from billing.rating.longest_match import TariffIndex
from billing.rating.price_book import BuyPrice, Cadence, DeckIndex, PriceBook, PricedTariff
from routing.models import NumberFormat, SentFormat
from routing.route_lines import route_lines
from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS, BRAZIL_WITH_SCM, REGIONS, TODAY
from tests.numbers.strings import dialled_string, number_key, pattern_around
from tests.rendering.example import address, customer, gateway, new_id, route
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NATIONAL, NumberingPlan

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
CUSTOMERS = ("ACME", "OUTRO", "TERCEIRO")
GATEWAYS = ("GW_A", "GW_B", "GW_C", "GW_D")
PROVIDER = new_id(90)
PLAN_OF_RATES = new_id(91)
CADENCE = Cadence(30, 6, 3, "half_up", 4)
COMMON_PATTERNS = (
    "_X.",
    "_0ZZXXXXXXXX",
    "_0ZZXXXXXXXXX",
    "_00.",
    "_55ZZ9XXXXXXXX",
    "_0800.",
    "_400[34]XXXX",
    "_1XX",
    "_+X.",
)


@dataclass(frozen=True)
class Operator:
    """A call context with the tariffs and the deck that its prices are made of."""

    call_context: CallContext
    tariffs: tuple[PricedTariff, ...]
    deck: tuple[BuyPrice, ...]
    falls_back: bool  # the rate plan, to the tariffs of everybody

    @property
    def plan(self) -> NumberingPlan:
        """Return the numbering plan."""
        return self.call_context.snapshot.plan


def an_operator(draw: Random) -> Operator:
    """Return an operator in Brazil mostly, else in another country."""
    plan = draw.choice([BRAZIL, BRAZIL, BRAZIL_WITH_SCM, BRAZIL_WITH_CARRIERS, plan_of(draw.choice(REGIONS), TODAY)])
    tariffs = tuple(_a_tariff(draw, number, plan) for number in range(100, 100 + draw.randint(10, 60)))
    deck = tuple(_a_buy_price(draw, number, plan) for number in range(200, 200 + draw.randint(0, 30)))
    index: DeckIndex = TariffIndex(deck)
    falls_back = draw.random() < 0.7
    book = PriceBook(tariffs, strict_plans=() if falls_back else {PLAN_OF_RATES}, deck_of=lambda _id: index)
    snapshot = Snapshot(
        plan=plan,
        customers=tuple(_a_customer(draw, number, code, plan) for number, code in enumerate(CUSTOMERS, start=1)),
        gateways=tuple(_a_gateway(draw, number, name) for number, name in enumerate(GATEWAYS, start=11)),
        routes=tuple(_a_route(draw, number, plan) for number in range(31, 31 + draw.randint(4, 12))),
    )
    call_context = CallContext(
        "lab",
        snapshot,
        providers={name: KnownProvider("", ProviderCost(Decimal("0.01"), "BRL", PROVIDER)) for name in GATEWAYS},
        prices=book,
        plans={"OUTRO": PLAN_OF_RATES},
    )
    return Operator(call_context, tariffs, deck, falls_back)


@lru_cache(maxsize=32)
def areas_of(plan: NumberingPlan) -> Sequence[str]:
    """Return some area codes of a plan, or none where it has none of one length."""
    fixed = {NumberKind.FIXED, NumberKind.FIXED_OR_MOBILE}
    rules = [rule for part in plan.searched(NATIONAL) for rule in part.rules if rule.kind in fixed]
    leads = {
        "".join(min(allowed) for allowed in parse_pattern(rule.pattern).positions[:length])
        for rule in rules
        for length in plan.area_lengths
    }
    return sorted(lead for lead in leads if plan.is_area(lead))


def _a_customer(draw: Random, number: int, code: str, plan: NumberingPlan) -> CustomerSnapshot:
    return customer(
        number,
        code,
        addresses=(address(f"203.0.113.{number}"),),
        caller_id_number=draw.choice(["", "551130001000", "12125550100"]),
        home_area=draw.choice(["", *draw.sample(areas_of(plan), k=min(3, len(areas_of(plan))))]),
    )


def _a_gateway(draw: Random, number: int, name: str) -> GatewaySnapshot:
    strip, prepend = draw.choice(
        [(0, "")] * 12 + [(1, ""), (1, "55"), (1, "+55"), (1, "021"), (2, ""), (2, "+"), (0, "0")]
    )
    return gateway(
        number,
        name,
        f"198.51.100.{number}",
        strip_digits=strip,
        prepend=prepend,
        tech_prefix=draw.choice(["", "", "1234#", "9*"]),
        number_format=draw.choice(NumberFormat.values),
        sent_format=draw.choice([*SentFormat.values, "as_dialled", "as_dialled", "as_dialled"]),
        carrier_code=draw.choice(["21", "15", "41"]),
    )


def _a_route(draw: Random, number: int, plan: NumberingPlan) -> RouteSnapshot:
    drawn = pattern_around(draw, dialled_string(draw, plan) or "0")
    pattern = draw.choice(COMMON_PATTERNS) if draw.random() < 0.4 else drawn
    strip, prepend = draw.choice([(0, "")] * 16 + [(1, ""), (1, "021"), (2, ""), (2, "+"), (0, "00"), (1, "5")])
    chosen = draw.sample(GATEWAYS, k=draw.choice([1, 1, 2]))
    return route(
        number,
        pattern,
        draw.choice([10, 20, 30]),
        lines=route_lines(pattern, plan),
        strip_digits=strip,
        prepend=prepend,
        steps=tuple(RouteStepSnapshot(name, 100) for name in chosen),
        customers=draw.choice([(), (), (), ("ACME",), ("OUTRO",)]),
    )


def _a_prefix(draw: Random, plan: NumberingPlan) -> tuple[str, str]:
    """Return a prefix or pattern of a tariff, and what it is for; not always one that goes together."""
    key = number_key(draw, plan)
    meant = Matches.CODE if key.startswith("0") else Matches.NUMBER
    matches = draw.choice(list(Matches)) if draw.random() < 0.1 else meant
    text = key.removeprefix("0") if draw.random() < 0.5 else key
    return pattern_around(draw, text) if draw.random() < 0.4 else text[: draw.randint(1, len(text))], matches


def _validity(draw: Random) -> tuple[datetime, datetime | None]:
    begins = AT - timedelta(days=draw.choice([1, 30, 30, 400]))
    ends = draw.choice([None, None, None, AT, AT + timedelta(seconds=1), AT - timedelta(hours=1)])
    return draw.choice([begins, begins, begins, AT, AT + timedelta(seconds=1)]), ends


def _a_tariff(draw: Random, number: int, plan: NumberingPlan) -> PricedTariff:
    pattern, matches = _a_prefix(draw, plan)
    begins, ends = _validity(draw)
    sell = CADENCE.rate(Decimal(draw.randint(1, 900)) / 1000)
    return PricedTariff(
        id=new_id(number),
        pattern=pattern,
        effective_from=begins,
        effective_until=ends,
        currency="BRL",
        cadence=CADENCE,
        sell=sell,
        buy=None,
        sell_text=str(sell),
        plan_id=_a_plan(draw),
        origin_prefix=draw.choice(["", "", "", "55", "5511", "1"]),
        matches=matches,
    )


def _a_plan(draw: Random) -> UUID | None:
    return draw.choice([None, None, PLAN_OF_RATES])


def _a_buy_price(draw: Random, number: int, plan: NumberingPlan) -> BuyPrice:
    pattern, matches = _a_prefix(draw, plan)
    begins, ends = _validity(draw)
    price = Decimal(draw.randint(1, 400)) / 1000
    return BuyPrice(new_id(number), pattern, begins, ends, "BRL", CADENCE, price, matches=matches)
