"""Judged, priced and sent are one number: generated operators, and every string that their customers dial.

For each string:
1. the simulator judges a number, or says that it is none; nothing unreadable is priced or sent;
2. the record of such a call, by this dialplan and by one that wrote digits alone, is about the same key;
3. the tariff and the buy price are those that a look at all of them finds, one by one and over arrays;
4. a tariff for codes prices codes alone, one for numbers numbers alone;
5. a route whose pattern matches what was dialled takes the number, and it takes none that its pattern cannot write;
6. what each gateway is sent reads back as that number, except where `other_number_sent` says that it could not: then
   its example is another number indeed.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from asterisk_sync.simulator.attempts import make_bill, plan_attempts, sent_number
from asterisk_sync.simulator.results import Attempt, CallRefusal, Outcome, SimulatedCall
from asterisk_sync.simulator.trace import CallTrace, trace_call
from asterisk_sync.snapshot.values import GatewaySnapshot, RouteSnapshot
from billing.rating.bulk.calls import BulkPrices
from billing.rating.called_numbers import number_called, origin_of
from billing.rating.calls import CallFacts, price_call
from billing.rating.key_patterns import Matches
from billing.rating.price_book import PricedTariff
from routing.numbers import Rewriting, plain_dialled
from routing.route_lines import line_of
from routing.selection import takes
from routing.sent_numbers import OtherNumber, Sending, other_number_sent, sending_of
from tests.numbers.operators import AT, CUSTOMERS, Operator, an_operator
from tests.numbers.oracles import best_price, readings_of
from tests.numbers.strings import dialled_string
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key, read_number, read_received

STRINGS_OF_AN_OPERATOR = 2_000
CALLERS = ("", "551130001055", "+12125550100", "11987654321", "anonymous")


@dataclass
class Figures:
    """What was tried, and what did not agree."""

    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def table(self) -> str:
        """Return the figures as lines of Markdown."""
        rows = [*self.counts.items(), ("**disagreements**", len(self.faults)), ("seconds", round(self.seconds))]
        return "\n".join(["| | |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in rows)])

    def add(self, other: "Figures") -> None:
        """Count what another run found."""
        self.counts.update(other.counts)
        self.kinds.update(other.kinds)
        self.faults += other.faults


def run(strings: int, seed: int | str, each: int = STRINGS_OF_AN_OPERATOR) -> Figures:
    """Try so many strings, `each` with an operator."""
    figures, draw, began = Figures(), Random(seed), time.monotonic()  # noqa: S311 - a seed draws the same again
    while figures.counts["strings"] < strings:
        left = strings - figures.counts["strings"]
        _Trial(an_operator(draw), draw, figures).run(min(each, left))
    figures.seconds = time.monotonic() - began
    return figures


class _Trial:
    """One operator, and what its customers dial."""

    def __init__(self, operator: Operator, draw: Random, figures: Figures) -> None:
        self.operator, self.plan, self.call_context = operator, operator.plan, operator.call_context
        self.draw, self.figures = draw, figures
        self.facts: list[CallFacts] = []
        self.routes = {route.id: route for route in self.call_context.snapshot.routes}
        # In which readings all that was sent by a route and a gateway is right up to now.
        self.right: dict[tuple[RouteSnapshot, str], set[int]] = {}

    def run(self, strings: int) -> None:
        """Try strings, then what is known only of all of them."""
        for _turn in range(strings):
            dialled = dialled_string(self.draw, self.plan)
            for fault in self.one(dialled):
                self.figures.faults.append(f"{dialled!r} in {self.plan.region}: {fault}")
        for fault in (*self.arrays(), *self.warnings()):
            self.figures.faults.append(f"{self.plan.region}: {fault}")
        self.figures.counts["operators"] += 1

    def one(self, dialled: str) -> Iterator[str]:
        """Yield what does not agree about one string."""
        call = SimulatedCall(dialled, AT, 60, customer=self.draw.choice(CUSTOMERS), caller_id=self.draw.choice(CALLERS))
        trace = trace_call(call, self.call_context)
        attempts = plan_attempts(self.call_context, call, trace, None) if trace.outcome == Outcome.SENT else ()
        number = trace.called
        if number is None:
            yield f"was not read: {trace.refusal}"
            return
        self.count(number, attempts)
        yield from _reading_differs(dialled, number, trace, self.operator)
        yield from self.price_differs(call, trace)
        if number.is_readable:
            yield from self.routes_differ(dialled, number, trace)
            for attempt in attempts:
                yield from self.sent_differs(attempt, number)
        elif attempts:
            yield f"is unreadable and sent {attempts}"

    def count(self, number: Number, attempts: tuple[Attempt, ...]) -> None:
        """Count a string."""
        counts = self.figures.counts
        counts["strings"] += 1
        counts["readable"] += number.is_readable
        counts["unreadable"] += not number.is_readable
        counts["sent"] += bool(attempts)
        self.figures.kinds[number.kind if number.is_readable else f"unreadable: {number.reason}"] += 1

    def price_differs(self, call: SimulatedCall, trace: CallTrace) -> Iterator[str]:
        """Yield where the tariff or the buy price is not the one that a look at all of them finds."""
        customer = trace.customer
        own_number, code = (customer.caller_id_number, customer.code) if customer else ("", "")
        facts = CallFacts(
            trace.direction,
            trace.key,
            AT,
            call.duration_seconds,
            self.call_context.providers["GW_A"].cost,
            origin_of(trace.caller, own_number, self.plan, home_area=trace.home_area),
            self.call_context.plans.get(code),
        )
        self.facts.append(facts)
        bill = make_bill(self.call_context, call, trace)
        found, expected = bill.tariff, self._tariff(facts) if facts.number else None
        self.figures.counts["priced"] += found is not None
        if (found.id if found else None) != (expected.id if expected else None):
            yield f"is priced by {found}, not by {expected}"
        if expected is not None and (expected.matches == Matches.CODE) != facts.number.startswith("0"):
            yield f"{facts.number} is priced by a tariff for {expected.matches}"
        if facts.number:
            provider = facts.provider_cost.provider_id if facts.provider_cost else None
            bought = self.call_context.prices.buy_price(provider, facts.number, AT, facts.origin) if provider else None
            if bought != best_price(self.operator.deck, facts.number, AT, facts.origin):
                yield f"is bought by {bought}"

    def _tariff(self, facts: CallFacts) -> PricedTariff | None:
        tariffs = self.operator.tariffs
        own = [tariff for tariff in tariffs if tariff.plan_id == facts.plan_id]
        found = best_price(own, facts.number, AT, facts.origin)
        if found is None and facts.plan_id is not None and self.operator.falls_back:
            found = best_price([item for item in tariffs if item.plan_id is None], facts.number, AT, facts.origin)
        return found

    def routes_differ(self, dialled: str, number: Number, trace: CallTrace) -> Iterator[str]:
        """Yield where a route takes a number that its pattern cannot write, or not one that it matches."""
        plain = plain_dialled(dialled, self.plan)
        is_named_otherwise = _is_named_otherwise(plain, number, self.plan)
        for route in self.call_context.snapshot.routes:
            pattern, line = parse_pattern(route.pattern), line_of(route.pattern, number.key, self.plan)
            if line is not None:
                written = line.dialled(number.key)
                is_right = number in _read_by_anybody(written, self.plan)
                if not pattern.matches(written) or not (is_right or _is_told_of(route, self.plan)):
                    yield f"{route.pattern} writes {number.key} as {written}"
            elif plain and pattern.matches(plain) and not is_named_otherwise:
                yield f"{route.pattern} matches it and does not take {number.key}"
        if number.is_barred and trace.refusal != CallRefusal.BARRED:
            yield "is barred and not refused"

    def sent_differs(self, attempt: Attempt, number: Number) -> Iterator[str]:
        """Yield where what is sent is another number, and nobody was warned."""
        gateway, route = self.call_context.gateways[attempt.gateway], self.routes[attempt.route]
        self.figures.counts["numbers sent"] += 1
        if not attempt.sent_number.startswith(gateway.tech_prefix):
            yield f"{attempt.sent_number} lacks the prefix {gateway.tech_prefix}"
        sent = attempt.sent_number.removeprefix(gateway.tech_prefix)
        readings = readings_of(sent, gateway.sent_format, gateway.carrier_code, self.plan, is_code=number.is_code)
        right = {place for place, read in enumerate(readings) if read.key == number.key}
        if other_number_sent(route.pattern, sending_of(route, gateway), self.plan) is not None:
            self.figures.counts["of which warned of"] += 1
            return
        if not number.is_code:
            right &= self.right.get((route, gateway.name), right)
            self.right[route, gateway.name] = right
        if not right:
            yield f"is {number.key}, by {route.pattern} and {gateway.name} sent as {sent}: {gateway} {route}"

    def arrays(self) -> Iterator[str]:
        """Yield where pricing over arrays says anything else than one by one."""
        book = self.call_context.prices
        for facts, priced in zip(self.facts, BulkPrices(book).price_calls(self.facts), strict=True):
            if priced != price_call(facts, book):
                yield f"{facts} over arrays: {priced}"

    def warnings(self) -> Iterator[str]:
        """Yield the warnings whose example is sent as the very number after all."""
        for route in self.call_context.snapshot.routes:
            for step in route.steps:
                gateway = self.call_context.gateways[step.gateway]
                example = other_number_sent(route.pattern, sending_of(route, gateway), self.plan)
                if example is not None:
                    self.figures.counts["warnings"] += 1
                    yield from self._example_differs(example, route, gateway)

    def _example_differs(self, example: OtherNumber, route: RouteSnapshot, gateway: GatewaySnapshot) -> Iterator[str]:
        number = read_number(example.dialled, self.plan)
        if not number.is_readable or not takes(route, number.key):
            yield f"{route.pattern} does not take the example {example}"
            return
        trace = CallTrace("outbound", "", example.dialled, called=number)
        sent = sent_number(trace, route, gateway, self.plan).removeprefix(gateway.tech_prefix)
        first = next(readings_of(sent, gateway.sent_format, gateway.carrier_code, self.plan, is_code=number.is_code))
        if (sent, first.display) != (example.sent, example.read_as) or first.key == number.key:
            yield f"{example} by {route.pattern}: sent {sent}, read {first}"


def _is_told_of(route: RouteSnapshot, plan: NumberingPlan) -> bool:
    """Tell whether there is a warning of what the route writes, whatever comes after it."""
    return other_number_sent(route.pattern, Sending("as_dialled", Rewriting()), plan) is not None


def _read_by_anybody(written: str, plan: NumberingPlan) -> tuple[Number, Number]:
    return read_number(written, plan), read_received(written, "e164", plan)


def _is_named_otherwise(dialled: str, number: Number, plan: NumberingPlan) -> bool:
    """Tell whether a number was dialled in a way that a route's pattern does not take it by.

    Who writes `_00.` means other countries; a carrier and RN1 are no part of a number; codes have one way.
    """
    if number.is_code:
        return dialled != number.code
    is_roundabout = number.key.startswith(plan.country_code) and dialled.startswith(("+", plan.international_prefix))
    # 0 and the key is no way: behind the 0, 55 is a carrier.
    ways = {way + number.key for way in ("", "+", plan.international_prefix)}
    return is_roundabout or dialled not in ways | {number.national, plan.trunk_prefix + number.national}


def _reading_differs(dialled: str, number: Number, trace: CallTrace, operator: Operator) -> Iterator[str]:
    plan = operator.plan
    if not number.is_readable:
        if number.key or trace.refusal != CallRefusal.NOT_A_NUMBER or trace.cause != 28:
            yield f"is unreadable, but {trace}"
        if number_called("", dialled, plan, home_area=trace.home_area).is_readable:
            yield "is unreadable, but its record has a number"
        return
    if number_of_key(number.key, plan) != number:
        yield f"its key {number.key} is read as another number"
    for record in (
        number_called(number.key, dialled, plan, is_key=True),
        number_called("", dialled, plan, home_area=trace.home_area),
    ):
        if record != number:
            yield f"is judged {number}, its record is about {record}"
