"""What has to be looked at again and again: settled calls, orphans, and how much was spent in the last hour and day."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from billing.authorization.connections import Connections
from billing.authorization.rules import fully_spent
from billing.authorization.terms import Terms

# By account, so that each sum reads only that account's last day from the ledger's index.
SETTLED = """
SELECT a.id, spent.hour, spent.day, coalesce(held.amount, 0)
FROM billing_account a
CROSS JOIN LATERAL (
    SELECT -coalesce(sum(e.amount) FILTER (WHERE e.happened_at > now() - interval '1 hour'), 0) AS hour,
           -coalesce(sum(e.amount), 0) AS day
    FROM billing_ledgerentry e
    WHERE e.account_id = a.id AND e.kind IN ('call', 'rerating') AND e.happened_at > now() - interval '1 day'
) spent
LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM billing_credithold WHERE state = 'active' GROUP BY 1) held
    ON held.account_id = a.id
WHERE spent.day <> 0 OR held.amount > 0
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


class Spent(NamedTuple):
    """What an account spent, and what its live calls hold."""

    hour: Decimal
    day: Decimal
    held: Decimal


@dataclass(slots=True)
class Spending:
    """The settled sums as of the last sweep: never less than the ledger's of any hold that was released since."""

    by_account: dict[UUID, Spent] = field(default_factory=dict)

    def cap_left(self, terms: Terms) -> Decimal:
        """Return what all calls of an account may hold together before a cap is reached."""
        spent = self.by_account.get(terms.account_id)
        if spent is None:
            return min(terms.hourly_cap, terms.daily_cap)
        return max(min(terms.hourly_cap - spent.hour, terms.daily_cap - spent.day), Decimal(0))

    def cap_reached(self, terms: Terms) -> str:
        """Name the cap that is used up, or nothing."""
        spent = self.by_account.get(terms.account_id)
        return "" if spent is None else fully_spent(terms, hour=spent.hour, day=spent.day, held=spent.held)


@dataclass(slots=True)
class Sweeper:
    """Reads the sums first and releases after, in one moment: what is settled counts once or twice, never not."""

    connections: Connections
    spending: Spending

    async def sweep(self) -> list[tuple[str, str]]:
        """Do all of it; return node and unique id of the holds that expired."""
        async with self.connections.borrow() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            rows = await (await connection.execute(SETTLED)).fetchall()
            self.spending.by_account = {account: Spent(*sums) for account, *sums in rows}
            await connection.execute(RELEASE_SETTLED)
        async with self.connections.borrow() as connection:
            return await (await connection.execute(EXPIRE)).fetchall()
