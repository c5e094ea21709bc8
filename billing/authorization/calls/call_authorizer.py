"""Lets calls through or refuses them, with the rules in memory and the money in PostgreSQL."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.hold_batcher import HoldResult
from billing.authorization.holds.hold_store import CallKey, HoldRequest, HoldStore, LiveHold
from billing.authorization.rules.call_rules import (
    RINGING,
    affordable,
    amount_of,
    covered,
    shortest,
    slice_of,
    span_of_answer,
    span_of_ringing,
)
from billing.authorization.rules.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    Permit,
    Rates,
    RefusalReason,
    RouteCarriers,
    Slice,
)
from billing.authorization.rules.velocity import Velocity, VelocityLimits

# A node cuts a call by its own clock; what is still held that long after is an orphan.
GRACE = timedelta(seconds=30)
# What an ended call cost is held until the ledger has it, but not for ever.
SETTLING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that was let through, with the slice that is held for it so far.

    `rates` are those at which it may be charged: before it is answered, those of any moment at which it may be.
    `answered_tick` is the moment of the answer by `monotonic()` of this process, in seconds.
    """

    hold_request: HoldRequest
    request: CallRequest
    rates: Rates
    granted: Slice
    longest_seconds: int
    answered_at: datetime | None = None
    routes: tuple[RouteCarriers, ...] = ()
    answered_tick: float = 0.0

    @property
    def key(self) -> CallKey:
        """The call's node and unique id."""
        return self.hold_request.key

    @property
    def customer_id(self) -> UUID:
        """The customer that makes the call."""
        return self.request.customer_id

    @property
    def seconds_left(self) -> float | None:
        """How long until the node cuts it unless it is extended, None before it is answered.

        A clock that is set back makes no call longer than what is held for it.
        """
        return None if self.answered_at is None else self.answered_tick + self.granted.seconds - monotonic()


def tick_of(moment: datetime) -> float:
    """Return when by `monotonic()` a moment of the past was, in seconds."""
    return monotonic() - max((timezone.now() - moment).total_seconds(), 0.0)


def velocity_of_settings() -> Velocity:
    """Return the velocity rules with the limits of the settings."""
    limits = VelocityLimits(settings.VELOCITY_RANGE_CALLS, settings.VELOCITY_NUMBERS_ABROAD)
    return Velocity(settings.DEFAULT_COUNTRY, tuple(settings.HIGH_RISK_PREFIXES), limits)


@dataclass(slots=True)
class CallAuthorizer:
    """Authorizes calls, extends them slice by slice, and settles with them when they end.

    `calls` are the live calls of this service alone; another service may have let others through. A call that is held
    for is charged as records are: by the tariff of the moment at which it was answered, whatever is in force later.
    """

    rule_cache: RuleCache
    holds: HoldStore
    calls: dict[CallKey, LiveCall] = field(default_factory=dict)
    velocity: Velocity = field(default_factory=velocity_of_settings)
    # Calls that are being asked about, and those among them whose caller has hung up meanwhile.
    _asking: Counter[CallKey] = field(default_factory=Counter)
    _gone: set[CallKey] = field(default_factory=set)

    async def authorize(
        self, request: CallRequest, key: CallKey, channel: str
    ) -> LiveCall | tuple[AccountRules | None, AuthorizationRefusal]:
        """Return the call that was let through, or the refusal with the customer's rules, None where it is unknown.

        1. Check the rules in memory, then velocity.
        2. Hold the amount of the first slice. Where less is left, hold that of the longest call that it pays for.
        3. Keep the call among the live ones; where its caller has hung up meanwhile, release what it holds.
        """
        self._asking[key] += 1
        try:
            answer = await self._authorize(request, key, channel)
        finally:
            self._asking[key] -= 1
            if not self._asking[key]:
                del self._asking[key]
            is_gone = key in self._gone
            self._gone.discard(key)
        if is_gone:
            await self.finish(key, request.at)
        return answer

    async def _authorize(
        self, request: CallRequest, key: CallKey, channel: str
    ) -> LiveCall | tuple[AccountRules | None, AuthorizationRefusal]:
        rules, permit = self.rule_cache.examine(request)
        if rules is None or isinstance(permit, AuthorizationRefusal):
            return rules, permit if isinstance(permit, AuthorizationRefusal) else AuthorizationRefusal(
                RefusalReason.INACTIVE
            )
        too_fast = await self._too_fast(request, rules)
        if too_fast:
            return rules, AuthorizationRefusal(RefusalReason.VELOCITY, too_fast)
        origin = self.rule_cache.origin_of(request)
        hold_request = _hold_request(rules, key, channel, request.number, origin)
        wanted = slice_of(permit.rates, settings.AUTHORIZER_SLICE_SECONDS, permit.longest_seconds)
        expires_at = request.at + RINGING + timedelta(seconds=wanted.seconds) + GRACE
        result = await self.holds.open(hold_request, wanted, expires_at)
        smaller = _affordable_rest(result, permit.rates, wanted.seconds)
        if smaller is not None:
            wanted = smaller
            result = await self.holds.open(hold_request, wanted, expires_at)
        if not result.granted:
            return rules, _refusal_of(result, permit)
        call = LiveCall(hold_request, request, permit.rates, wanted, permit.longest_seconds, routes=permit.routes)
        self.calls[key] = call
        return call

    async def _too_fast(self, request: CallRequest, rules: AccountRules) -> str:
        call = self.rule_cache.classify(request)
        if not self.velocity.counts(call):
            return ""
        return self.velocity.crossed(call, await self.holds.count_risky_call(rules.account_id, call.number))

    async def mark_answered(self, key: CallKey, now: datetime) -> LiveCall | None:
        """Note that a call was answered, so that its time runs; return it, or None where it holds nothing.

        From now on its rate is known: what is held is lowered to that, and where prices rose meanwhile, the seconds
        are fewer than those that were granted. Of two answers the first one counts.
        """
        call = self.calls.get(key) or await self._resumed(key, now)
        if call is None:
            return None
        began = call.answered_at or now
        rates = self.rule_cache.rates_of(call.request, span_of_answer(began)) or call.rates
        held, granted = call.granted, covered(rates, call.granted)
        tick = call.answered_tick if call.answered_at else tick_of(began)
        call = self.calls[key] = replace(call, answered_at=began, rates=rates, granted=granted, answered_tick=tick)
        too_much = held.amount - granted.amount
        ends_at = began + timedelta(seconds=granted.seconds)
        await self.holds.mark_answered(key, began, granted, too_much, ends_at + GRACE)
        return call

    async def extend(self, key: CallKey) -> LiveCall | AuthorizationRefusal:
        """Hold the amount of the next slice, or of what the money still pays for; return the call with it.

        A refusal leaves the call the slice that it has. One that has ended, or is unknown, is refused as inactive.
        """
        call = self.calls.get(key)
        rules = None if call is None else self.rule_cache.account_rules.get(call.customer_id)
        if call is None or rules is None or not rules.active or call.answered_at is None:
            return AuthorizationRefusal(RefusalReason.INACTIVE)
        # Prices may have been entered meanwhile that hold from before the answer.
        rates = self.rule_cache.rates_of(call.request, span_of_answer(call.answered_at)) or call.rates
        call = replace(call, rates=rates)
        wanted = slice_of(rates, call.granted.seconds + settings.AUTHORIZER_SLICE_SECONDS, call.longest_seconds)
        result = await self._hold_more(call, wanted)
        smaller = _affordable_rest(result, rates, wanted.seconds)
        if smaller is not None and smaller.seconds > call.granted.seconds:
            wanted = smaller
            result = await self._hold_more(call, wanted)
        if _has_ended(result, wanted):
            self.calls.pop(key, None)
            return AuthorizationRefusal(RefusalReason.INACTIVE)
        if not result.granted:
            return AuthorizationRefusal(RefusalReason.BLOCKED if result.blocked else _reason_of(result))
        # It may have ended while PostgreSQL was asked: then it is not to come back among the live ones.
        if key in self.calls:
            self.calls[key] = replace(call, granted=wanted)
        return replace(call, granted=wanted)

    async def _hold_more(self, call: LiveCall, wanted: Slice) -> HoldResult:
        began = call.answered_at
        if began is None or wanted.seconds <= call.granted.seconds:
            return HoldResult(granted=False, blocked=False, available=None, held=Decimal(0), cap_left=Decimal(0))
        return await self.holds.extend(call.hold_request, wanted, began + timedelta(seconds=wanted.seconds) + GRACE)

    async def finish(self, key: CallKey, now: datetime, settled_within: timedelta = SETTLING) -> None:
        """Keep what the ended call costs until it is settled, or so long at most, and release the rest.

        A call that is still being asked about is released as soon as that is over.
        """
        call = self.calls.pop(key, None)
        if call is None and self._asking[key]:
            self._gone.add(key)
            return
        call = call or await self._resumed(key, now)
        if call is None:
            return
        self.calls.pop(key, None)
        amount = Decimal(0)
        if call.answered_at is not None:
            # One second more than this clock says: the record is made by another one.
            amount = amount_of(call.rates, ceil((now - call.answered_at).total_seconds()) + 1)
        await self.holds.finish(key, amount, now, now + settled_within)

    async def resume_calls(self, now: datetime) -> list[LiveCall]:
        """Take over the calls that an earlier service let through and that go on; return all live calls."""
        for hold in await self.holds.active_holds():
            if hold.key not in self.calls:
                self._resume(hold, now)
        return list(self.calls.values())

    async def _resumed(self, key: CallKey, now: datetime) -> LiveCall | None:
        """Return a call that another service let through, among the live ones of this one; None where it is over."""
        hold = await self.holds.active_hold(key)
        return None if hold is None else self._resume(hold, now)

    def _resume(self, hold: LiveHold, now: datetime) -> LiveCall | None:
        accounts = self.rule_cache.account_rules.values()
        rules = next((item for item in accounts if item.account_id == hold.account_id), None)
        if rules is None:
            return None
        request = CallRequest(rules.customer_id, hold.number, now, f"+{hold.origin}" if hold.origin else "")
        rates = self.rule_cache.rates_of(
            request, span_of_answer(hold.answered_at) if hold.answered_at else span_of_ringing(now)
        )
        if not rates:
            return None
        hold_request = _hold_request(rules, hold.key, hold.channel, hold.number, hold.origin)
        granted = Slice(hold.granted_seconds, hold.amount)
        tick = tick_of(hold.answered_at) if hold.answered_at else 0.0
        call = LiveCall(
            hold_request, request, rates, granted, rules.longest_seconds, hold.answered_at, answered_tick=tick
        )
        self.calls[hold.key] = call
        return call


def _hold_request(rules: AccountRules, key: CallKey, channel: str, number: str, origin: str) -> HoldRequest:
    return HoldRequest(rules.account_id, key, channel, number, origin, rules.hourly_cap, rules.daily_cap)


def _affordable_rest(result: HoldResult, rates: Rates, at_most: int) -> Slice | None:
    """Return the longest call that what is left pays for, where the whole slice was not granted for want of money."""
    if result.granted or result.blocked or result.available is None:
        return None
    return affordable(rates, result.available, at_most)


def _has_ended(result: HoldResult, wanted: Slice) -> bool:
    """Tell whether nothing was granted although there was money: the hold is gone, another service saw the call end."""
    enough = result.available is not None and result.available >= wanted.amount
    return enough and not result.granted and not result.blocked


def _reason_of(result: HoldResult) -> RefusalReason:
    """Return what limited the call: the cap where what was left of it is all that was available, else the credit."""
    by_cap = result.available is not None and result.available >= result.cap_left - result.held
    return RefusalReason.CAP if by_cap else RefusalReason.CREDIT


def _refusal_of(result: HoldResult, permit: Permit) -> AuthorizationRefusal:
    if result.blocked:
        return AuthorizationRefusal(RefusalReason.BLOCKED)
    least = amount_of(permit.rates, shortest(permit.rates))
    return AuthorizationRefusal(_reason_of(result), f"{result.available} < {least}")
