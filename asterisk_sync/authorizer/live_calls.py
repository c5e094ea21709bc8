"""The timers of live calls: each call gets its next slice a while before the present one ends."""

import asyncio
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.account_stopper import AccountStopper
from asterisk_sync.authorizer.state import ServiceState
from billing.authorization.calls.call_authorizer import LiveCall
from billing.authorization.holds.hold_store import CallKey
from billing.authorization.rules.values import AuthorizationRefusal, RefusalReason

log = structlog.get_logger(__name__)

# Every second that has begun is charged: a call is cut a moment before the one that nobody paid for.
CUT_EARLY_SECONDS = 0.3
# A call is extended so long before its slice ends, or in the slice's last third where slices are short.
ASK_AHEAD_SECONDS = 10.0
RETRY_SECONDS = 1.0
# Asterisk takes zero for no limit.
SHORTEST_LIMIT_SECONDS = 0.1


@dataclass
class LiveCallTimers:
    """One timer for each answered call whose time may still grow.

    1. When the timer of a call runs out, hold the amount of its next slice and move its time limit on the node.
    2. Where that was granted, set the timer for the slice after.
    3. Where the database is away, try again each second while the call goes on: its present slice is paid for.
    4. Where the node is away, tell it again each second.
    5. Where credit is used up, do nothing: the node cuts the call when its slice ends.
    6. Where a cap is reached, stop the account.
    """

    state: ServiceState
    stopper: AccountStopper
    _timers: dict[CallKey, asyncio.TimerHandle] = field(default_factory=dict)

    def schedule(self, call: LiveCall) -> None:
        """Set the timer of a call, in place of the one that it has; none where it may not be extended."""
        self.cancel(call.key)
        left = call.seconds_left
        if left is None or call.granted.seconds >= call.longest_seconds:
            return
        ahead = min(ASK_AHEAD_SECONDS, settings.AUTHORIZER_SLICE_SECONDS / 3)
        self._extend_in(max(left - ahead, 0), call.key)

    def cancel(self, key: CallKey) -> None:
        """Drop the timer of a call that ended, if it has one."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def cancel_all(self) -> None:
        """Leave all calls to the slices that they have."""
        for timer in self._timers.values():
            timer.cancel()

    def _extend_in(self, seconds: float, key: CallKey) -> None:
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(seconds, lambda: self.state.background.start(self.extend(key)))

    async def extend(self, key: CallKey) -> None:
        """Get a call its next slice."""
        self._timers.pop(key, None)
        try:
            answer = await self.state.call_authorizer.extend(key)
        except PostgresError as error:
            log.error("not_prolonged", error=str(error))
            if key in self.state.call_authorizer.calls:
                self._extend_in(RETRY_SECONDS, key)
            return
        if isinstance(answer, AuthorizationRefusal):
            await self._stop_at_cap(key, answer)
        else:
            await self._prolong(answer)

    async def _prolong(self, call: LiveCall) -> None:
        """Tell the node the call's new time limit; one that does not answer is told again until the call is over."""
        if call.seconds_left is None or call.seconds_left <= 0:
            return
        if await self.limit(call):
            self.schedule(call)
        elif call.key in self.state.call_authorizer.calls:
            start = self.state.background.start
            again = asyncio.get_running_loop().call_later(RETRY_SECONDS, lambda: start(self._prolong(call)))
            self._timers[call.key] = again

    async def limit(self, call: LiveCall) -> bool:
        """Have the node end an answered call when its slice ends; return whether the node took that."""
        if call.seconds_left is None:
            return False
        left = max(call.seconds_left - CUT_EARLY_SECONDS, SHORTEST_LIMIT_SECONDS)
        return await self.state.nodes.set_time_limit(call.key.node_name, call.hold_request.channel, left)

    async def _stop_at_cap(self, key: CallKey, refusal: AuthorizationRefusal) -> None:
        call = self.state.call_authorizer.calls.get(key)
        rules = None if call is None else self.state.rule_cache.account_rules.get(call.customer_id)
        if call is not None and rules is not None and refusal.reason is RefusalReason.CAP:
            await self.stopper.stop(rules, f"cap: {call.hold_request.number}, {key.node_name}")
