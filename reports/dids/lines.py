"""A line of the DID report for each number: rent and use against revenue, how long it is idle; and the columns."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.cdrs.queries import ZERO, totals_by_currency
from numbering.models import DID, DIDAllocation
from reports.dids.queries import use_of
from reports.kit.columns import Column, Kind
from voipadmin.core.numbers.areas import area_of
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key
from voipadmin.users.models import User

CHUNK = 1_000
CENTS = 2


@dataclass(frozen=True, slots=True)
class DidLine:
    """A number of the report. Money is of the currencies beside it; `result` is None where they differ.

    `calls`, `minutes` and `call_revenue` are of the last 30 days; `revenue` is the monthly price and these.
    """

    id: uuid.UUID
    number: str
    status: str
    status_label: str
    provider_id: uuid.UUID
    provider: str
    customer_id: uuid.UUID | None
    customer: str
    destination: str
    area: str
    city: str
    since: datetime
    held_days: int
    quarantined_until: datetime | None
    last_call_at: datetime | None
    idle_days: int
    calls: int
    minutes: Decimal
    monthly_cost: Decimal
    cost_currency: str
    monthly_price: Decimal
    call_revenue: Decimal
    revenue: Decimal
    currency: str
    result: Decimal | None

    @property
    def place(self) -> str:
        """Return area code and city, as far as they are known."""
        return " ".join(filter(None, (self.area, self.city)))


# What people of a customer are not shown.
NOT_FOR_CUSTOMERS = frozenset({"provider_id", "provider", "monthly_cost", "cost_currency", "result"})

COLUMNS = (
    Column("number", _("number"), Kind.DIGITS, sort="number"),
    Column("status_label", _("status"), sort="status"),
    Column("provider", _("provider"), sort="provider__name", wide_only=True),
    Column("customer", _("customer"), sort="customer_code"),
    Column("place", _("place"), sort="city"),
    Column("area", _("area code"), Kind.DIGITS, on_page=False),
    Column("city", _("city"), on_page=False),
    Column("since", _("unchanged since"), Kind.MOMENT, sort="since", on_page=False),
    Column("held_days", _("days unchanged"), Kind.COUNT, sort="-since"),
    Column("quarantined_until", _("in quarantine until"), Kind.MOMENT, wide_only=True),
    Column("last_call_at", _("last call"), Kind.MOMENT),
    Column("idle_days", _("days idle"), Kind.COUNT, wide_only=True),
    Column("calls", _("calls, 30 days"), Kind.COUNT),
    Column("minutes", _("minutes, 30 days"), Kind.DECIMAL, places=1, wide_only=True),
    Column("monthly_cost", _("rent paid"), Kind.DECIMAL, places=CENTS, sort="monthly_cost", currency="cost_currency"),
    Column("cost_currency", _("currency of the rent paid"), on_page=False),
    Column("monthly_price", _("rent earned"), Kind.DECIMAL, places=CENTS, sort="monthly_price", currency="currency"),
    Column(
        "call_revenue", _("calls, earned in 30 days"), Kind.DECIMAL, places=CENTS, currency="currency", on_page=False
    ),
    Column("revenue", _("revenue"), Kind.DECIMAL, wide_only=True, places=CENTS, currency="currency"),
    Column("result", _("margin"), Kind.DECIMAL, places=CENTS, currency="currency"),
    Column("currency", _("currency"), on_page=False),
    Column("destination", _("goes to"), on_page=False),
    Column("status", _("status code"), on_page=False),
)


def lines_of(dids: Iterable[Any], user: User, plan: NumberingPlan, *, now: datetime) -> Iterator[DidLine]:
    """Yield the lines of numbers that `with_lines` read, with their use, a thousand at a time."""
    waiting = iter(dids)
    while some := list(islice(waiting, CHUNK)):
        use = _use_by_number(user, some, now)
        for did in some:
            yield _line(did, use.get(did.pk, []), plan, now)


def _use_by_number(user: User, dids: Iterable[DID], now: datetime) -> dict[uuid.UUID, list[dict[str, Any]]]:
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for row in use_of(user, [did.pk for did in dids], now=now):
        found.setdefault(row["did_id"], []).append(row)
    return found


def _line(did: Any, use: list[dict[str, Any]], plan: NumberingPlan, now: datetime) -> DidLine:
    allocation: DIDAllocation | None = did.in_force[0] if did.in_force else None
    account = getattr(allocation.customer, "account", None) if allocation else None
    currency = account.currency if account else settings.DEFAULT_CURRENCY
    money = {total.currency: total for total in totals_by_currency(use)}
    earned = money[currency].revenue if currency in money else ZERO
    price = allocation.monthly_price if allocation else ZERO
    idle_since = did.last_call_at or did.since
    seconds = sum((row["talk_seconds"] or ZERO for row in use), ZERO)
    in_one_currency = did.provider.currency == currency and money.keys() <= {currency}
    call_cost = money[currency].cost if currency in money else ZERO
    return DidLine(
        id=did.pk,
        number=did.number,
        status=did.status,
        status_label=str(did.get_status_display()),
        provider_id=did.provider_id,
        provider=did.provider.name,
        customer_id=allocation.customer_id if allocation else None,
        customer=allocation.customer.code if allocation else "",
        destination=allocation.destination if allocation else "",
        area=area_of(number_of_key(did.number, plan), plan),
        city=did.city,
        since=did.since,
        held_days=(now - did.since).days,
        quarantined_until=did.quarantined_until,
        last_call_at=did.last_call_at,
        idle_days=(now - idle_since).days,
        calls=sum(row["calls"] for row in use),
        minutes=seconds / 60,
        monthly_cost=did.monthly_cost,
        cost_currency=did.provider.currency,
        monthly_price=price,
        call_revenue=earned,
        revenue=price + earned,
        currency=currency,
        result=price + earned - did.monthly_cost - call_cost if in_one_currency else None,
    )
