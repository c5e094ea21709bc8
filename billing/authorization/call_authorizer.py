"""The desk at which live calls ask: memory for the rules, PostgreSQL for the money."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from uuid import UUID

from django.conf import settings

from billing.authorization.hold_batcher import Grant
from billing.authorization.holds import CallKey, HoldStore, LiveHold, Wish
from billing.authorization.rule_cache import Asked, Book, call_of
from billing.authorization.rules import affordable, shortest, slice_of
from billing.authorization.sweeper import Spending
from billing.authorization.terms import Choice, Permit, Reason, Refusal, Slice, Terms
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
    """A call that was let through."""

    wish: Wish
    customer_id: UUID
    rate: Rate
    granted: Slice
    longest_seconds: int
    answered_at: datetime | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def ends_at(self) -> datetime | None:
        """When it is cut unless it is prolonged."""
        return self.answered_at and self.answered_at + timedelta(seconds=self.granted.seconds)


def velocity_of_settings() -> Velocity:
    """Return the rules that the operator has set."""
    limits = VelocityLimits(settings.VELOCITY_RANGE_CALLS, settings.VELOCITY_NUMBERS_ABROAD)
    return Velocity(settings.DEFAULT_COUNTRY, tuple(settings.HIGH_RISK_PREFIXES), limits)


@dataclass(slots=True)
class Desk:
    """Lets calls through, prolongs them, and notes their end."""

    book: Book
    holds: HoldStore
    spending: Spending
    calls: dict[CallKey, LiveCall] = field(default_factory=dict)
    velocity: Velocity = field(default_factory=velocity_of_settings)

    async def authorize(self, asked: Asked, key: CallKey, channel: str) -> LiveCall | tuple[Terms | None, Refusal]:
        """Set the first slice aside and let the call through, or say why not."""
        terms, permit = self.book.examine(asked)
        if terms is None or isinstance(permit, Refusal):
            return terms, permit if isinstance(permit, Refusal) else Refusal(Reason.INACTIVE)
        too_fast = self.velocity.crossed(terms.account_id, call_of(asked))
        if too_fast:
            return terms, Refusal(Reason.VELOCITY, too_fast)
        cap_left = self.spending.cap_left(terms)
        wish = Wish(terms.account_id, key, channel, asked.number, str(permit.rate)[:160], cap_left)
        wanted = slice_of(permit.rate, settings.AUTHORIZER_SLICE_SECONDS, permit.longest_seconds)
        expires_at = asked.at + RINGING + timedelta(seconds=wanted.seconds) + GRACE
        grant = await self.holds.open(wish, wanted, expires_at)
        smaller = _what_is_left(grant, permit.rate, wanted.seconds)
        if smaller is not None:
            wanted = smaller
            grant = await self.holds.open(wish, wanted, expires_at)
        if not grant.granted:
            return terms, _why_not(grant, cap_left, permit)
        call = LiveCall(wish, terms.customer_id, permit.rate, wanted, permit.longest_seconds, choices=permit.choices)
        self.calls[key] = call
        return call

    async def answered(self, key: CallKey, now: datetime) -> LiveCall | None:
        """Note that a call was answered: from now on its time runs."""
        call = self.calls.get(key)
        if call is None:
            return None
        call = self.calls[key] = replace(call, answered_at=now)
        await self.holds.answer(key, now, now + timedelta(seconds=call.granted.seconds) + GRACE)
        return call

    async def prolong(self, key: CallKey) -> LiveCall | Refusal:
        """Set the next slice aside, or what its money still pays for; a refusal leaves the call its last slice."""
        call = self.calls.get(key)
        terms = None if call is None else self.book.terms.get(call.customer_id)
        if call is None or terms is None or call.answered_at is None:
            return Refusal(Reason.INACTIVE)
        cap_left = self.spending.cap_left(terms)
        wish = replace(call.wish, cap_left=cap_left)
        wanted = slice_of(call.rate, call.granted.seconds + settings.AUTHORIZER_SLICE_SECONDS, call.longest_seconds)
        grant = await self._extend(call, wish, wanted)
        smaller = _what_is_left(grant, call.rate, wanted.seconds)
        if smaller is not None and smaller.seconds > call.granted.seconds:
            wanted = smaller
            grant = await self._extend(call, wish, wanted)
        if _has_ended(grant, wanted):
            self.calls.pop(key, None)
            return Refusal(Reason.INACTIVE)
        if not grant.granted:
            return Refusal(Reason.CAP if _is_cap(grant, cap_left) else Reason.CREDIT)
        if key in self.calls:
            self.calls[key] = replace(call, granted=wanted)
        return replace(call, granted=wanted)

    async def _extend(self, call: LiveCall, wish: Wish, wanted: Slice) -> Grant:
        began = call.answered_at
        if began is None or wanted.seconds <= call.granted.seconds:
            return Grant(granted=False, blocked=False, available=None, held=Decimal(0))
        return await self.holds.extend(wish, wanted, began + timedelta(seconds=wanted.seconds) + GRACE)

    async def ended(self, key: CallKey, now: datetime) -> None:
        """Keep what the call costs until it is settled; release the rest."""
        call = self.calls.pop(key, None)
        if call is None:
            return
        amount = Decimal(0)
        if call.answered_at is not None:
            # One second more than this clock says: the record is made by another one.
            seconds = ceil((now - call.answered_at).total_seconds()) + 1
            amount = rate_duration(call.rate, seconds).amount
        await self.holds.finish(key, amount, now, now + SETTLING)

    async def recall(self, now: datetime) -> list[LiveCall]:
        """Take up the calls that an earlier service let through."""
        for hold in await self.holds.going_on():
            if hold.key not in self.calls:
                self._take_up(hold, now)
        return list(self.calls.values())

    def _take_up(self, hold: LiveHold, now: datetime) -> None:
        terms = next((item for item in self.book.terms.values() if item.account_id == hold.account_id), None)
        price = None if terms is None else self.book.price_of(Asked(terms.customer_id, hold.number, hold.number, now))
        if terms is None or price is None:
            return
        wish = Wish(hold.account_id, hold.key, hold.channel, hold.number, hold.applied_rate, Decimal(0))
        granted = Slice(hold.granted_seconds, hold.amount)
        self.calls[hold.key] = LiveCall(
            wish, terms.customer_id, price.rate, granted, terms.longest_seconds, hold.answered_at
        )


def _what_is_left(grant: Grant, rate: Rate, at_most: int) -> Slice | None:
    """Return the longest call that what is left pays for, where the whole slice was not to be had."""
    if grant.granted or grant.blocked or grant.available is None:
        return None
    return affordable(rate, grant.available, at_most)


def _has_ended(grant: Grant, wanted: Slice) -> bool:
    """Tell whether there was money for more, and only the hold is no longer there: another service saw the call end."""
    enough = grant.available is not None and grant.available >= wanted.amount
    return enough and not grant.granted and not grant.blocked


def _is_cap(grant: Grant, cap_left: Decimal) -> bool:
    return grant.available is not None and grant.available >= cap_left - grant.held


def _why_not(grant: Grant, cap_left: Decimal, permit: Permit) -> Refusal:
    if grant.blocked:
        return Refusal(Reason.BLOCKED)
    least = rate_duration(permit.rate, shortest(permit.rate)).amount
    return Refusal(Reason.CAP if _is_cap(grant, cap_left) else Reason.CREDIT, f"{grant.available} < {least}")
