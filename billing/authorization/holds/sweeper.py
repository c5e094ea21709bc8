"""What is looked at every other second: settled calls, expired holds, and what was spent in the last hour and day."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.rules.call_rules import reached_cap
from billing.authorization.rules.values import AccountRules

# One service sweeps at a time; the others read what it found.
# The lock is taken before the snapshot, which then has all that the last one committed.
TAKE_TURN = "SELECT pg_try_advisory_lock(hashtextextended('billing.sweep', 4))"
END_TURN = "SELECT pg_advisory_unlock(hashtextextended('billing.sweep', 4))"
# By account, so that each sum reads only that account's last day from the ledger's index.
SUM_UP = """
INSERT INTO billing_spendingsum AS known (id, created_at, updated_at, account_id, hour, day)
SELECT gen_random_uuid(), now(), now(), a.id, spent.hour, spent.day
FROM billing_account a
CROSS JOIN LATERAL (
    SELECT -coalesce(sum(e.amount) FILTER (WHERE e.happened_at > now() - interval '1 hour'), 0) AS hour,
           -coalesce(sum(e.amount), 0) AS day
    FROM billing_ledgerentry e
    WHERE e.account_id = a.id AND e.kind IN ('call', 'rerating') AND e.happened_at > now() - interval '1 day'
) spent
WHERE spent.day <> 0 OR EXISTS (SELECT 1 FROM billing_spendingsum s WHERE s.account_id = a.id)
ON CONFLICT (account_id) DO UPDATE SET hour = excluded.hour, day = excluded.day, updated_at = excluded.updated_at
    WHERE (known.hour, known.day) IS DISTINCT FROM (excluded.hour, excluded.day)
"""
READ_SUMS = """
SELECT coalesce(s.account_id, held.account_id), coalesce(s.hour, 0), coalesce(s.day, 0), coalesce(held.amount, 0)
FROM billing_spendingsum s
FULL JOIN (SELECT account_id, sum(amount) AS amount FROM billing_credithold WHERE state = 'active' GROUP BY 1) held
    ON held.account_id = s.account_id
WHERE s.hour <> 0 OR s.day <> 0 OR held.amount > 0
"""
RELEASE_SETTLED = """
UPDATE billing_credithold h SET state = 'released', updated_at = now()
WHERE h.state = 'active' AND h.ended_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM billing_cdr c
    WHERE c.node_name = h.node_name AND c.uniqueid = h.uniqueid
    -- A call within the free seconds leaves no entry to wait for.
    AND (c.price = 0 AND c.answered_at IS NOT NULL
         OR EXISTS (SELECT 1 FROM billing_ledgerentry e WHERE e.cdr_id = c.id)))
"""
EXPIRE = """
UPDATE billing_credithold SET state = 'expired', ended_at = coalesce(ended_at, now()), updated_at = now()
WHERE state = 'active' AND expires_at < now()
RETURNING node_name, uniqueid
"""
FORGET_RISKY = "DELETE FROM billing_riskycall WHERE at <= clock_timestamp() - interval '1 minute'"


class AccountSpending(NamedTuple):
    """What the ledger says an account spent on calls in the last hour and day, and what its live calls hold."""

    hour: Decimal
    day: Decimal
    held: Decimal

    def shown_against(self, rules: AccountRules) -> str:
        """Return what is settled and held of each cap, in the account's currency, as a reason of a stop tells it."""
        sums = (("last hour", self.hour, rules.hourly_cap), ("last day", self.day, rules.daily_cap))
        return ", ".join(
            f"{name}: {settled:.2f} settled and {self.held:.2f} held of {cap:.2f} {rules.currency}"
            for name, settled, cap in sums
        )


@dataclass(slots=True)
class SpendingTotals:
    """The spending of each account as of the last sweep, by account id; an account that spent nothing is not there."""

    by_account: dict[UUID, AccountSpending] = field(default_factory=dict)

    def cap_left(self, rules: AccountRules) -> Decimal:
        """Return what all calls of an account together may hold before a cap is reached."""
        spent = self.by_account.get(rules.account_id)
        if spent is None:
            return min(rules.hourly_cap, rules.daily_cap)
        return max(min(rules.hourly_cap - spent.hour, rules.daily_cap - spent.day), Decimal(0))

    def cap_reached(self, rules: AccountRules) -> str:
        """Return the cap ("hour" or "day") that is used up, or an empty string."""
        spent = self.by_account.get(rules.account_id)
        return "" if spent is None else reached_cap(rules, hour=spent.hour, day=spent.day, held=spent.held)


@dataclass(slots=True)
class Sweeper:
    """Sums up what was spent, releases the holds of settled calls, and expires those of calls that nobody ended."""

    pool: ConnectionPool
    spending: SpendingTotals

    async def sweep(self) -> list[tuple[str, str]]:
        """Sweep once and return node name and unique id of the calls whose holds expired.

        1. In one snapshot of the database, note the sums and release the holds of calls that are in the ledger: whoever
           holds money sees a settled call in a hold, in a sum, or in both.
        2. Expire the holds whose last granted moment is over, and forget the risky calls of before this minute.
        3. Read the sums, whichever service noted them.
        """
        try:
            expired = await self._take_turn()
        finally:
            async with self.pool.connection() as connection:
                rows = await (await connection.execute(READ_SUMS)).fetchall()
            self.spending.by_account = {account: AccountSpending(*sums) for account, *sums in rows}
        return expired

    async def _take_turn(self) -> list[tuple[str, str]]:
        async with self.pool.connection() as connection:
            turn = await (await connection.execute(TAKE_TURN)).fetchone()
            if turn is None or not turn[0]:
                return []
            try:
                return await _sweep(connection)
            finally:
                if not connection.broken:
                    await connection.execute(END_TURN)


async def _sweep(connection: AsyncConnection[TupleRow]) -> list[tuple[str, str]]:
    async with connection.transaction():
        # In READ COMMITTED the second statement would see calls that were settled after the first one had read the
        # sums: their holds would be released and they would be in no sum until the next sweep. In one snapshot a call
        # that is settled meanwhile counts twice for a moment, never not at all. Where a hold was changed after the
        # snapshot, PostgreSQL fails the transaction, and the next sweep does it all again.
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await connection.execute(SUM_UP)
        await connection.execute(RELEASE_SETTLED)
    await connection.execute(FORGET_RISKY)
    return await (await connection.execute(EXPIRE)).fetchall()
