"""Stops accounts that reached a cap or broke a velocity rule, and ends their calls."""

import asyncio
from dataclasses import dataclass

import structlog

from asterisk_sync.authorizer.state import ServiceState
from billing.authorization.rules.values import AccountRules
from billing.authorization.stops.services import stop_account

log = structlog.get_logger(__name__)


@dataclass
class AccountStopper:
    """Stops accounts for the requests, the timers and the sweep loop."""

    state: ServiceState

    async def stop(self, rules: AccountRules, why: str) -> None:
        """Stop an account with its spending as part of the reason, and have its calls ended on every node.

        An account that is stopped already is left as it is. Raises django.db.DatabaseError.
        """
        spent = self.state.spending.by_account.get(rules.account_id)
        reason = f"{why}; {spent.shown_against(rules)}" if spent else why
        if await asyncio.to_thread(stop_account, account_id=rules.account_id, reason=reason[:200]):
            log.warning("customer_stopped", customer=rules.code, reason=reason)
            # First the rules, then the calls: no new call is let through while the present ones are hung up.
            await asyncio.to_thread(self.state.refresh)
            self.state.stopped_calls.look()
