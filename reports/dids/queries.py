"""Reads of the DID report: which numbers, where they are, how long they have been so, and when they last rang."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Substr

from billing.cdrs.queries import ANSWERED, FINAL_RECORD, MONEY, ZERO, counted_within
from billing.models import Cdr
from numbering.models import DID, DIDAllocation
from voipadmin.core.models import OperatorRange
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.users.models import User

# A number's use and revenue are those of so many days; headings of the report say so, too.
USE_DAYS = 30


@dataclass(frozen=True, slots=True)
class DidFilters:
    """What the report is narrowed by; None and empty text narrow nothing.

    `number` is a part of the number, `city` of its city. `idle_days` keeps those without a call for so many days,
    `held_days` those that are where they are for so many.
    """

    number: str = ""
    status: str = ""
    provider_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    area: str = ""
    city: str = ""
    idle_days: int | None = None
    held_days: int | None = None


def did_rows(user: User, filters: DidFilters, *, plan: NumberingPlan, now: datetime) -> QuerySet[Any]:
    """Return the numbers that `user` may see and that pass `filters`, with `city` and `since`.

    `since` is the start of the allocation, else the end of the last one, else when the number was entered.
    """
    rows: QuerySet[Any] = DID.objects.visible_to(user)
    rows = _with_city(rows, plan).annotate(
        since=Coalesce(Subquery(_current().values("starts_at")[:1]), Subquery(_last_end()), F("created_at"))
    )
    for item in fields(filters):
        value = getattr(filters, item.name)
        if value not in (None, ""):
            rows = NARROWS[item.name](rows, value, _Asked(user, plan, now))
    return rows


@dataclass(frozen=True, slots=True)
class _Asked:
    user: User
    plan: NumberingPlan
    now: datetime


def _current() -> QuerySet[DIDAllocation]:
    return DIDAllocation.objects.filter(did=OuterRef("pk"), ends_at=None)


def _last_end() -> QuerySet[Any]:
    ended = DIDAllocation.objects.filter(did=OuterRef("pk")).order_by()
    last: QuerySet[Any] = ended.values("did").annotate(last=Max("ends_at")).values("last")
    return last


def _with_city(rows: QuerySet[Any], plan: NumberingPlan) -> QuerySet[Any]:
    """Add the city of the operator's range that a number of the country is of; nothing where no range has it."""
    code = plan.country_code
    national = Case(
        When(number__startswith=code, then=Cast(Substr("number", len(code) + 1), BigIntegerField())),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    inside = Case(When(last__gte=OuterRef("national"), then=F("locality")), default=Value(""), output_field=CharField())
    below = OperatorRange.objects.filter(first__lte=OuterRef("national")).order_by("-first").annotate(city=inside)
    city = Coalesce(Subquery(below.values("city")[:1]), Value(""), output_field=CharField())
    found: QuerySet[Any] = rows.annotate(national=national).annotate(city=city)
    return found


def _calls_since(user: User, since: datetime) -> Exists:
    return Exists(Cdr.objects.visible_to(user).filter(did=OuterRef("pk"), started_at__gte=since))


def _idle(rows: QuerySet[Any], days: int, asked: _Asked) -> QuerySet[Any]:
    return rows.filter(~_calls_since(asked.user, asked.now - timedelta(days=days)))


Narrow = Callable[[QuerySet[Any], Any, _Asked], QuerySet[Any]]
# How each filter of DidFilters narrows; each name of it stands here.
NARROWS: dict[str, Narrow] = {
    "number": lambda rows, value, _asked: rows.filter(number__contains=value),
    "status": lambda rows, value, _asked: rows.filter(status=value),
    "provider_id": lambda rows, value, _asked: rows.filter(provider=value),
    "customer_id": lambda rows, value, _asked: rows.filter(Exists(_current().filter(customer=value))),
    "area": lambda rows, value, asked: rows.filter(number__startswith=asked.plan.country_code + value),
    "city": lambda rows, value, _asked: rows.filter(city__icontains=value),
    "idle_days": _idle,
    "held_days": lambda rows, value, asked: rows.filter(since__lte=asked.now - timedelta(days=value)),
}


def with_lines(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Add what a line of the report shows: provider, customer, price and the last call."""
    in_force = DIDAllocation.objects.current().select_related("customer__account")
    last = Cdr.objects.visible_to(user).filter(did=OuterRef("pk")).order_by("-started_at").values("started_at")
    found: QuerySet[Any] = (
        rows.select_related("provider")
        .prefetch_related(Prefetch("allocations", queryset=in_force, to_attr="in_force"))
        .annotate(
            last_call_at=Subquery(last[:1]),
            customer_code=Subquery(_current().values("customer__code")[:1]),
            monthly_price=Subquery(_current().values("monthly_price")[:1]),
        )
    )
    return found


def use_of(user: User, dids: Iterable[uuid.UUID], *, now: datetime) -> list[dict[str, Any]]:
    """Return calls, seconds and money of `dids` in the last days, by number and by the currencies of the records."""
    since = now - timedelta(days=USE_DAYS)
    calls = Cdr.objects.visible_to(user).filter(counted_within(since, now), did__in=list(dids))
    grouped = calls.order_by().values("did_id", "currency", "cost_currency")
    return list(
        grouped.annotate(
            calls=Count("pk", filter=FINAL_RECORD), talk_seconds=Sum("billable_seconds", filter=ANSWERED), **MONEY
        )
    )


@dataclass(frozen=True, slots=True)
class Rent:
    """Monthly amounts of one currency: what providers get, None where that is not told, and what customers pay."""

    currency: str
    paid: Decimal | None
    earned: Decimal


def counts_by(rows: QuerySet[Any], *paths: str) -> list[dict[str, Any]]:
    """Return how many numbers there are by each value of `paths`, the most first."""
    return list(rows.order_by().values(*paths).annotate(numbers=Count("pk")).order_by("-numbers", *paths))


def rents(rows: QuerySet[Any], *, with_cost: bool) -> list[Rent]:
    """Return the monthly amounts of `rows`, each currency by itself."""
    found: dict[str, Rent] = {}
    paid: Iterable[Any] = (
        rows.order_by().values_list("provider__currency").annotate(sum=Sum("monthly_cost")) if with_cost else ()
    )
    for currency, amount in paid:
        found[currency] = Rent(currency, amount, ZERO)
    in_force = DIDAllocation.objects.current().filter(did__in=rows.order_by().values("pk"))
    named = Coalesce("customer__account__currency", Value(settings.DEFAULT_CURRENCY))
    for currency, amount in in_force.order_by().values_list(named).annotate(sum=Sum("monthly_price")):
        nothing = ZERO if with_cost else None
        found[currency] = Rent(currency, found[currency].paid if currency in found else nothing, amount)
    return [found[currency] for currency in sorted(found) if found[currency].paid or found[currency].earned]


def customers_of(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """Return how many of `rows` each customer has, the most first."""
    in_force = DIDAllocation.objects.current().filter(did__in=rows.order_by().values("pk")).order_by()
    named = in_force.values("customer_id", "customer__code", "customer__name")
    return list(named.annotate(numbers=Count("pk")).order_by("-numbers", "customer__code"))


def idle_count(rows: QuerySet[Any], user: User, *, now: datetime) -> int:
    """Return how many of the allocated ones had no call in the days of the report."""
    silent = rows.filter(Q(status="allocated"), ~_calls_since(user, now - timedelta(days=USE_DAYS)))
    return silent.order_by().count()
