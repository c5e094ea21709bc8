"""Spend and margin as they burn: today and this hour from the roll-ups, and what the calls up now have come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from asterisk_sync.calls_up.queries import CallScope, nodes_and_calls
from asterisk_sync.live.calls import CallUp
from asterisk_sync.live.calls_store import NodeCalls
from customers.models import Customer
from reports.dashboard.dashboard_stats import day_start
from reports.models import TrafficHour
from reports.rollups.hours import hour_of

ZERO = Decimal(0)
# So many customers are shown, those first that spent the most today.
SHOWN = 10


@dataclass
class Burn:
    """What one customer, or all, spent in one currency; margins are those of calls whose cost is in it, too.

    `up` is what the calls that go on have come to, `per_minute` what they cost a minute on the average of each so far.
    """

    currency: str
    customer_id: str = ""
    code: str = ""
    today: Decimal = ZERO
    today_margin: Decimal = ZERO
    hour: Decimal = ZERO
    hour_margin: Decimal = ZERO
    up: Decimal = ZERO
    up_margin: Decimal = ZERO
    per_minute: Decimal = ZERO
    calls_up: int = 0

    @property
    def spent(self) -> Decimal:
        """Return what was spent today, calls that go on included."""
        return self.today + self.up

    @property
    def margin(self) -> Decimal:
        """Return today's margin, calls that go on included."""
        return self.today_margin + self.up_margin


@dataclass(frozen=True)
class BurnReport:
    """The sums by currency, and the customers that spent the most."""

    totals: tuple[Burn, ...]
    customers: tuple[Burn, ...]


def burn_report(scope: CallScope, now: datetime) -> BurnReport:
    """Return what is being spent as somebody may see it, in three queries."""
    burns = _rolled_up(scope, now)
    _nodes, told = nodes_and_calls()
    for call in _calls(told, scope, now):
        _add(burns, call, now)
    totals: dict[str, Burn] = {}
    for burn in burns.values():
        _merge(totals.setdefault(burn.currency, Burn(burn.currency)), burn)
    named = [burn for burn in burns.values() if burn.customer_id]
    first = sorted(named, key=lambda burn: (-burn.spent, -burn.per_minute, burn.customer_id))[:SHOWN]
    codes = {str(key): code for key, code in Customer.objects.filter(
        pk__in={burn.customer_id for burn in first}).values_list("pk", "code")}  # fmt: skip
    for burn in first:
        burn.code = codes.get(burn.customer_id, "")
    return BurnReport(tuple(sorted(totals.values(), key=lambda burn: burn.currency)), tuple(first))


def _rolled_up(scope: CallScope, now: datetime) -> dict[tuple[str, str], Burn]:
    rows = TrafficHour.objects.filter(hour__gte=day_start(now)).exclude(currency="")
    if scope.customers is not None:
        rows = rows.filter(customer_id__in=scope.customers)
    this_hour = Q(hour__gte=hour_of(now))
    grouped = rows.order_by().values("customer_id", "currency").annotate(
        today=Sum("price"), today_margin=Sum("margin"),
        this_hour=Sum("price", filter=this_hour), this_hour_margin=Sum("margin", filter=this_hour),
    )  # fmt: skip
    return {_key(row): _burn(row) for row in grouped}


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["customer_id"] or ""), row["currency"]


def _burn(row: Mapping[str, Any]) -> Burn:
    return Burn(
        row["currency"],
        str(row["customer_id"] or ""),
        today=row["today"] or ZERO,
        today_margin=row["today_margin"] or ZERO,
        hour=row["this_hour"] or ZERO,
        hour_margin=row["this_hour_margin"] or ZERO,
    )


def _calls(told: Iterable[NodeCalls], scope: CallScope, now: datetime) -> Iterable[CallUp]:
    """Return the priced calls that somebody may see, of nodes that answer."""
    for node in told:
        if not node.is_silent(now):
            yield from (call for call in node.calls if call.price is not None and scope.sees(call.customer_id))


def _add(burns: dict[tuple[str, str], Burn], call: CallUp, now: datetime) -> None:
    key = (call.customer_id if call.customer else "", call.currency)
    burn = burns.setdefault(key, Burn(call.currency, key[0]))
    price = call.price or ZERO
    seconds = max(1, int((now - (call.answered_at or now)).total_seconds()))
    burn.up += price
    burn.up_margin += call.margin or ZERO
    burn.per_minute += price * 60 / max(60, seconds)
    burn.calls_up += 1


def _merge(total: Burn, part: Burn) -> None:
    for name in ("today", "today_margin", "hour", "hour_margin", "up", "up_margin", "per_minute", "calls_up"):
        setattr(total, name, getattr(total, name) + getattr(part, name))
