"""Monthly fees of numbers: each month is charged after its end, an ended allocation after its last day.

1. What is due are the days since the last charge, up to the beginning of this month or to the allocation's end. The
   first day counts, the last does not.
2. The days are cut by months. A part of a month costs the price of the days up to its end, less that of the days up to
   its beginning, each rounded to cents: allocations that follow each other add up to exactly one month's price.
3. Each part is one entry of the ledger, whose key makes a second one impossible.
4. Where an end was entered late, the days after it that were charged are given back in the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from billing.accounts.ledger import Movement, account_of, enter
from billing.accounts.periods import ONE_DAY, Period, day_of, first_of_month, start_of
from billing.fee_descriptions import describe_fee
from billing.models import EntryKind
from customers.models import Customer
from numbering.models import DIDAllocation

CENT = Decimal("0.01")
CHUNK = 500
# The shortest time that the database keeps: a fee is dated just before the end of its last day.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of an allocation for the days of one month from `first` until `after`, which is not included."""

    first: date
    after: date
    amount: Decimal


def fees_between(price: Decimal, first: date, after: date) -> Iterator[Fee]:
    """Yield the fees of the days from `first` until `after`, month by month."""
    while first < after:
        month = Period.month_of(first)
        until = min(after, month.after)
        yield Fee(first, until, _share(price, month, until) - _share(price, month, first))
        first = until


def _share(price: Decimal, month: Period, until: date) -> Decimal:
    """Return the price of a month's days before `until`, in cents."""
    days = (month.after - month.first).days
    return (price * (until - month.first).days / days).quantize(CENT, ROUND_HALF_UP)


def charge_monthly_fees(*, now: datetime, customer: Customer | None = None) -> int:
    """Charge what is due at `now`, of one customer or of all, and was not charged yet; return the number of entries."""
    month_begins = start_of(first_of_month(day_of(now)))
    open_ones = Q(ends_at=None, starts_at__lt=month_begins) & (
        Q(charged_until=None) | Q(charged_until__lt=month_begins)
    )
    ended = Q(ends_at__lte=now) & (Q(charged_until=None) | ~Q(charged_until=F("ends_at")))
    due = DIDAllocation.objects.filter(open_ones | ended, monthly_price__gt=0)
    if customer is not None:
        due = due.filter(customer=customer)
    keys = list(due.order_by("pk").values_list("pk", flat=True))
    return sum(_charge(keys[at : at + CHUNK], month_begins) for at in range(0, len(keys), CHUNK))


@transaction.atomic
def _charge(keys: list[UUID], month_begins: datetime) -> int:
    rows = DIDAllocation.objects.select_for_update(of=("self",)).select_related("did", "customer")
    entered = 0
    for allocation in rows.filter(pk__in=keys).order_by("pk"):
        account = account_of(allocation.customer)
        until = allocation.ends_at or month_begins
        for movement in _movements(allocation, until):
            enter(account=account, movement=movement)
            entered += 1
        DIDAllocation.objects.filter(pk=allocation.pk).update(charged_until=until)
    return entered


def _movements(allocation: DIDAllocation, until: datetime) -> Iterator[Movement]:
    """Yield a movement for each month since the last charge; days after an end that was entered late are given back."""
    charged, due = day_of(allocation.charged_until or allocation.starts_at), day_of(until)
    for fee in fees_between(allocation.monthly_price, charged, due):
        happened_at = start_of(fee.after) - MOMENT
        yield _movement(allocation, fee, amount=-fee.amount, name="fee", happened_at=happened_at)
    for fee in fees_between(allocation.monthly_price, due, charged):
        yield _movement(allocation, fee, amount=fee.amount, name="fee-back", happened_at=None)


def _movement(
    allocation: DIDAllocation, fee: Fee, *, amount: Decimal, name: str, happened_at: datetime | None
) -> Movement:
    return Movement(
        kind=EntryKind.MONTHLY_FEE,
        amount=amount,
        description=describe_fee(allocation.did.number, fee.first, fee.after - ONE_DAY),
        key=f"{name}:{allocation.pk}:{fee.first:%Y-%m}",
        happened_at=happened_at,
    )
