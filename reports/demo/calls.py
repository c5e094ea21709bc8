"""Two weeks of calls: the day's and the week's shape, failover between carriers, priced as imported calls are."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.models import Account, Cdr, Direction
from billing.rating.called_numbers import origin_of
from billing.rating.calls import CallFacts, ProviderCost, price_call
from billing.rating.price_book import PriceBook
from billing.tariffs.loader import load_tariffs
from customers.models import Customer, CustomerStatus, Extension
from numbering.models import DID, DIDAllocation
from reports.demo.companies import COMPANIES
from reports.demo.destinations import draw_called, draw_caller
from reports.demo.outcomes import ATTEMPT_FAILED, Outcome, draw_outcome
from reports.demo.places import HISTORY_NODE
from reports.rollups.marking import mark_quarters
from routing.models import Gateway, Route
from routing.queries import routes_with_steps
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import read_number

DAYS = 14
CALLS_ON_A_WEEKDAY = 560
# Monday to Sunday, and the hours of a day: when businesses telephone.
WEEK = (1.0, 1.08, 1.05, 1.02, 0.94, 0.36, 0.17)
DAY = (1, 1, 1, 1, 1, 2, 6, 22, 62, 96, 100, 88, 58, 72, 94, 97, 90, 70, 40, 24, 16, 10, 6, 3)
DIRECTIONS = {Direction.OUTBOUND: 64, Direction.INBOUND: 30, Direction.INTERNAL: 6}
MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class HistoryInputs:
    """Customers, numbers, routes and prices that calls are made from, read once."""

    customers: dict[str, Customer]
    extensions: dict[str, list[Extension]]
    allocations: dict[str, list[DIDAllocation]]
    routes: list[Route]
    gateways: list[Gateway]
    prices: PriceBook
    plans: dict[str, UUID | None]
    numbering: NumberingPlan
    callers: list[str] = field(default_factory=list)
    shares: list[int] = field(default_factory=list)


def read_inputs() -> HistoryInputs:
    """Read customers, numbers, routes and tariffs."""
    customers = {c.code: c for c in Customer.objects.filter(status=CustomerStatus.ACTIVE)}
    active = [company for company in COMPANIES if company.code in customers and company.share]
    extensions: dict[str, list[Extension]] = {}
    for extension in Extension.objects.select_related("customer"):
        extensions.setdefault(extension.customer.code, []).append(extension)
    allocations: dict[str, list[DIDAllocation]] = {}
    current = DIDAllocation.objects.current().select_related("customer", "did__gateway__provider", "extension")
    for allocation in current:
        allocations.setdefault(allocation.customer.code, []).append(allocation)
    return HistoryInputs(
        customers=customers,
        extensions=extensions,
        allocations=allocations,
        routes=list(routes_with_steps().filter(enabled=True)),
        gateways=list(Gateway.objects.filter(enabled=True).select_related("provider")),
        prices=load_tariffs(),
        plans=dict(Account.objects.values_list("customer__code", "plan")),
        numbering=current_plan(),
        callers=[company.code for company in active],
        shares=[company.share for company in active],
    )


def make_history(now: datetime) -> Iterator[int]:
    """Make the calls of each of the last days that has none; yield how many records each day got."""
    inputs = read_inputs()
    today = timezone.localdate(now)
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        records = [] if _has_history(day) else list(_calls_of(day, inputs, now))
        with transaction.atomic():
            Cdr.objects.bulk_create(records, batch_size=500)
            mark_quarters(record.ended_at for record in records)
        yield len(records)


def _has_history(day: date) -> bool:
    return Cdr.objects.filter(node_name=HISTORY_NODE, uniqueid__startswith=f"history-{day:%Y%m%d}.").exists()


def _calls_of(day: date, inputs: HistoryInputs, now: datetime) -> Iterator[Cdr]:
    """Yield the records of a day, the same for a day whenever they are made, and none that has not ended."""
    draw = random.Random(f"demo {day}")  # noqa: S311 - nothing here is secret
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    for number in range(round(CALLS_ON_A_WEEKDAY * WEEK[day.weekday()] * draw.uniform(0.93, 1.07))):
        hour = draw.choices(range(24), DAY)[0]
        at = midnight + timedelta(hours=hour, seconds=draw.uniform(0, 3600))
        code = draw.choices(inputs.callers, inputs.shares)[0]
        call = CallMaker(inputs, draw, f"history-{day:%Y%m%d}.{number}", code, at)
        yield from (record for record in call.records() if record.ended_at < now)


@dataclass(slots=True)
class CallMaker:
    """One call of a customer."""

    inputs: HistoryInputs
    draw: random.Random
    name: str
    code: str
    at: datetime

    def records(self) -> list[Cdr]:
        """Return its records, one per attempt."""
        direction = self.draw.choices(list(DIRECTIONS), list(DIRECTIONS.values()))[0]
        if direction == Direction.INTERNAL and len(self.inputs.extensions.get(self.code, ())) > 1:
            return [self._internal()]
        if direction == Direction.INBOUND and self.inputs.allocations.get(self.code):
            return [self._inbound()]
        return self._outbound()

    def _internal(self) -> Cdr:
        caller, called = self.draw.sample(self.inputs.extensions[self.code], 2)
        return self._record(
            Direction.INTERNAL,
            draw_outcome(self.draw, mean_seconds=80),
            src=caller.number,
            dst=called.number,
            channel=caller.sip_username,
            destination=called.sip_username,
        )

    def _inbound(self) -> Cdr:
        allocation = self.draw.choice(self.inputs.allocations[self.code])
        did: DID = allocation.did
        gateway = did.gateway or self.draw.choice(self.inputs.gateways)
        target = allocation.extension.sip_username if allocation.extension else f"trunk.{self.code}"
        return self._record(
            Direction.INBOUND,
            draw_outcome(self.draw, mean_seconds=210),
            src=draw_caller(self.draw),
            dst=did.number,
            channel=gateway.name,
            destination=target,
            did=did,
            gateway=gateway,
        )

    def _outbound(self) -> list[Cdr]:
        dialled = draw_called(self.draw)
        route = self._route(dialled)
        extensions = self.inputs.extensions.get(self.code)
        caller = self.draw.choice(extensions) if extensions else None
        gateways = [step.gateway for step in route.steps.all() if step.gateway.enabled]
        attempts = [draw_outcome(self.draw, mean_seconds=190)]
        if len(gateways) > 1 and self.draw.random() < ATTEMPT_FAILED:
            attempts.insert(0, Outcome.congested(self.draw))
        return [
            self._record(
                Direction.OUTBOUND,
                outcome,
                src=caller.number if caller else self.inputs.customers[self.code].caller_id_number,
                dst=dialled,
                channel=caller.sip_username if caller else f"trunk.{self.code}",
                destination=gateways[position].name,
                gateway=gateways[position],
                route=route,
                attempt=position + 1,
                is_last_attempt=position + 1 == len(attempts),
            )
            for position, outcome in enumerate(attempts)
        ]

    def _route(self, dialled: str) -> Route:
        """Return the first route for the number; the demo's last one takes every national call."""
        for route in self.inputs.routes:
            chosen = {customer.code for customer in route.customers.all()}
            if parse_pattern(route.pattern).matches(dialled) and (not chosen or self.code in chosen):
                return route
        raise LookupError(dialled)

    def _record(self, direction: str, outcome: Outcome, *, channel: str, destination: str, **columns: Any) -> Cdr:
        attempt = columns.get("attempt", 1)
        started = self.at + timedelta(seconds=4 * (attempt - 1))
        answered = started + outcome.ringing if outcome.talking else None
        ended = started + outcome.ringing + outcome.talking
        uniqueid = f"{self.name}.{attempt}"
        serial = f"{self.draw.getrandbits(32):08x}"
        record = Cdr(
            node_name=HISTORY_NODE,
            uniqueid=uniqueid,
            linkedid=f"{self.name}.1",
            sequence=attempt,
            payload_hash=hashlib.sha256(uniqueid.encode()).hexdigest(),
            **self._called(direction, columns["dst"]),
            channel=f"PJSIP/{channel}-{serial}",
            destination_channel=f"PJSIP/{destination}-{serial[::-1]}",
            account_code=self.code,
            started_at=started,
            answered_at=answered,
            ended_at=ended,
            duration_seconds=_seconds(ended - started),
            billable_seconds=_seconds(outcome.talking),
            disposition=outcome.disposition,
            dial_status=outcome.dial_status,
            cause=outcome.cause,
            sip_code=outcome.sip_code,
            post_dial_delay_ms=outcome.delay_ms,
            direction=direction,
            customer=self.inputs.customers[self.code],
            **columns,
        )
        record.origin = self._origin(record)
        self._price(record)
        return record

    def _origin(self, record: Cdr) -> str:
        if record.direction != Direction.OUTBOUND:
            return ""
        return origin_of(record.src, self.inputs.customers[self.code].caller_id_number, self.inputs.numbering)

    def _called(self, direction: str, dst: str) -> dict[str, str]:
        """Return the columns of the called number; a colleague's extension has no key."""
        if direction == Direction.INTERNAL:
            return {"dialled": dst, "called_kind": NumberKind.EXTENSION.value}
        found = read_number(dst, self.inputs.numbering)
        return {
            "dialled": found.key,
            "called_number": found.key,
            "called_kind": found.kind.value,
            "called_country": found.country,
        }

    def _price(self, record: Cdr) -> None:
        provider = record.gateway.provider if record.gateway else None
        facts = CallFacts(
            direction=record.direction,
            number=record.called_number,
            at=record.answered_at or record.started_at,
            billable_seconds=record.billable_seconds,
            provider_cost=ProviderCost(provider.cost_per_minute, provider.currency, provider.pk) if provider else None,
            origin=record.origin or "",
            plan_id=self.inputs.plans.get(self.code),
        )
        priced = price_call(facts, self.inputs.prices)
        for column, value in priced._asdict().items():
            setattr(record, column, value)


def _seconds(length: timedelta) -> Decimal:
    return Decimal(length // MILLISECOND) / 1000
