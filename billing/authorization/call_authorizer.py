"""Lets calls through or refuses them, with the rules in memory and the money in PostgreSQL."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from uuid import UUID

from django.conf import settings

from billing.authorization.hold_batcher import HoldResult
from billing.authorization.holds import CallKey, HoldRequest, HoldStore, LiveHold
from billing.authorization.rule_cache import RuleCache
from billing.authorization.rules import affordable, shortest, slice_of
from billing.authorization.sweeper import SpendingTotals
from billing.authorization.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    Permit,
    RefusalReason,
    RouteCarriers,
    Slice,
)
from billing.authorization.velocity import Velocity, VelocityLimits
from billing.rating.durations import Rate, rate_duration

# Until it is answered a call may ring at one gateway after another.
RINGING = timedelta(minutes=15)
# A node cuts a call by its own clock; what is still held that long after is an orphan.
GRACE = timedelta(seconds=30)
# What an ended call cost is held until the ledger has it, but not for ever.
SETTLING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that was let through, with the slice that is held for it so far."""

    hold_request: HoldRequest
    customer_id: UUID
    rate: Rate
    granted: Slice
    longest_seconds: int
    answered_at: datetime | None = None
    routes: tuple[RouteCarriers, ...] = ()

    @property
    def key(self) -> CallKey:
        """The call's node and unique id."""
        return self.hold_request.key

    @property
    def ends_at(self) -> datetime | None:
        """When the node cuts it unless it is extended, None before it is answered."""
        return self.answered_at and self.answered_at + timedelta(seconds=self.granted.seconds)


def velocity_of_settings() -> Velocity:
    """Return the velocity rules with the limits of the settings."""
    limits = VelocityLimits(settings.VELOCITY_RANGE_CALLS, settings.VELOCITY_NUMBERS_ABROAD)
    return Velocity(settings.DEFAULT_COUNTRY, tuple(settings.HIGH_RISK_PREFIXES), limits)


@dataclass(slots=True)
class CallAuthorizer:
    """Authorizes calls, extends them slice by slice, and settles with them when they end.

    `calls` are the live calls of this service alone; another service may have let others through.
    """

    rule_cache: RuleCache
    holds: HoldStore
    spending: SpendingTotals
    calls: dict[CallKey, LiveCall] = field(default_factory=dict)
    velocity: Velocity = field(default_factory=velocity_of_settings)

    async def authorize(
        self, request: CallRequest, key: CallKey, channel: str
    ) -> LiveCall | tuple[AccountRules | None, AuthorizationRefusal]:
        """Return the call that was let through, or the refusal with the customer's rules, None where it is unknown.

        1. Check the rules in memory, then velocity.
        2. Hold the amount of the first slice. Where less is left, hold that of the longest call that it pays for.
        3. Keep the call among the live ones.
        """
        rules, permit = self.rule_cache.examine(request)
        if rules is None or isinstance(permit, AuthorizationRefusal):
            return rules, permit if isinstance(permit, AuthorizationRefusal) else AuthorizationRefusal(
                RefusalReason.INACTIVE
            )
        too_fast = self.velocity.crossed(rules.account_id, self.rule_cache.classify(request))
        if too_fast:
            return rules, AuthorizationRefusal(RefusalReason.VELOCITY, too_fast)
        cap_left = self.spending.cap_left(rules)
        hold_request = HoldRequest(rules.account_id, key, channel, request.number, str(permit.rate)[:160], cap_left)
        wanted = slice_of(permit.rate, settings.AUTHORIZER_SLICE_SECONDS, permit.longest_seconds)
        expires_at = request.at + RINGING + timedelta(seconds=wanted.seconds) + GRACE
        result = await self.holds.open(hold_request, wanted, expires_at)
        smaller = _affordable_rest(result, permit.rate, wanted.seconds)
        if smaller is not None:
            wanted = smaller
            result = await self.holds.open(hold_request, wanted, expires_at)
        if not result.granted:
            return rules, _refusal_of(result, cap_left, permit)
        call = LiveCall(
            hold_request, rules.customer_id, permit.rate, wanted, permit.longest_seconds, routes=permit.routes
        )
        self.calls[key] = call
        return call

    async def mark_answered(self, key: CallKey, now: datetime) -> LiveCall | None:
        """Note that a call was answered, so that its time runs; return it, or None where it is not live here."""
        call = self.calls.get(key)
        if call is None:
            return None
        call = self.calls[key] = replace(call, answered_at=now)
        await self.holds.mark_answered(key, now, now + timedelta(seconds=call.granted.seconds) + GRACE)
        return call

    async def extend(self, key: CallKey) -> LiveCall | AuthorizationRefusal:
        """Hold the amount of the next slice, or of what the money still pays for; return the call with it.

        A refusal leaves the call the slice that it has. One that has ended, or is unknown, is refused as inactive.
        """
        call = self.calls.get(key)
        rules = None if call is None else self.rule_cache.account_rules.get(call.customer_id)
        if call is None or rules is None or call.answered_at is None:
            return AuthorizationRefusal(RefusalReason.INACTIVE)
        cap_left = self.spending.cap_left(rules)
        hold_request = replace(call.hold_request, cap_left=cap_left)
        wanted = slice_of(call.rate, call.granted.seconds + settings.AUTHORIZER_SLICE_SECONDS, call.longest_seconds)
        result = await self._hold_more(call, hold_request, wanted)
        smaller = _affordable_rest(result, call.rate, wanted.seconds)
        if smaller is not None and smaller.seconds > call.granted.seconds:
            wanted = smaller
            result = await self._hold_more(call, hold_request, wanted)
        if _has_ended(result, wanted):
            self.calls.pop(key, None)
            return AuthorizationRefusal(RefusalReason.INACTIVE)
        if not result.granted:
            return AuthorizationRefusal(_reason_of(result, cap_left))
        # It may have ended while PostgreSQL was asked: then it is not to come back among the live ones.
        if key in self.calls:
            self.calls[key] = replace(call, granted=wanted)
        return replace(call, granted=wanted)

    async def _hold_more(self, call: LiveCall, hold_request: HoldRequest, wanted: Slice) -> HoldResult:
        began = call.answered_at
        if began is None or wanted.seconds <= call.granted.seconds:
            return HoldResult(granted=False, blocked=False, available=None, held=Decimal(0))
        return await self.holds.extend(hold_request, wanted, began + timedelta(seconds=wanted.seconds) + GRACE)

    async def finish(self, key: CallKey, now: datetime) -> None:
        """Keep what the ended call costs until it is settled, and release the rest."""
        call = self.calls.pop(key, None)
        if call is None:
            return
        amount = Decimal(0)
        if call.answered_at is not None:
            # One second more than this clock says: the record is made by another one.
            seconds = ceil((now - call.answered_at).total_seconds()) + 1
            amount = rate_duration(call.rate, seconds).amount
        await self.holds.finish(key, amount, now, now + SETTLING)

    async def resume_calls(self, now: datetime) -> list[LiveCall]:
        """Take over the calls that an earlier service let through and that go on; return all live calls."""
        for hold in await self.holds.active_holds():
            if hold.key not in self.calls:
                self._resume(hold, now)
        return list(self.calls.values())

    def _resume(self, hold: LiveHold, now: datetime) -> None:
        # The hold keeps the rate as text only: the call goes on at the price of now, which may be another one.
        accounts = self.rule_cache.account_rules.values()
        rules = next((item for item in accounts if item.account_id == hold.account_id), None)
        if rules is None:
            return
        price = self.rule_cache.price_of(CallRequest(rules.customer_id, hold.number, now))
        if price is None:
            return
        hold_request = HoldRequest(hold.account_id, hold.key, hold.channel, hold.number, hold.applied_rate, Decimal(0))
        granted = Slice(hold.granted_seconds, hold.amount)
        self.calls[hold.key] = LiveCall(
            hold_request, rules.customer_id, price.rate, granted, rules.longest_seconds, hold.answered_at
        )


def _affordable_rest(result: HoldResult, rate: Rate, at_most: int) -> Slice | None:
    """Return the longest call that what is left pays for, where the whole slice was not granted for want of money."""
    if result.granted or result.blocked or result.available is None:
        return None
    return affordable(rate, result.available, at_most)


def _has_ended(result: HoldResult, wanted: Slice) -> bool:
    """Tell whether nothing was granted although there was money: the hold is gone, another service saw the call end."""
    enough = result.available is not None and result.available >= wanted.amount
    return enough and not result.granted and not result.blocked


def _reason_of(result: HoldResult, cap_left: Decimal) -> RefusalReason:
    """Return what limited the call: the cap where what was left of it is all that was available, else the credit."""
    by_cap = result.available is not None and result.available >= cap_left - result.held
    return RefusalReason.CAP if by_cap else RefusalReason.CREDIT


def _refusal_of(result: HoldResult, cap_left: Decimal, permit: Permit) -> AuthorizationRefusal:
    if result.blocked:
        return AuthorizationRefusal(RefusalReason.BLOCKED)
    least = rate_duration(permit.rate, shortest(permit.rate)).amount
    return AuthorizationRefusal(_reason_of(result, cap_left), f"{result.available} < {least}")
