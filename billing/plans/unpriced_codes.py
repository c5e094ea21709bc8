"""Which codes customers can call though nothing prices them: by rate plan, for pages, the command and an alarm."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from billing.alarms import CODES_WITHOUT_PRICE
from billing.models import RatePlan, Tariff, TariffMatches
from billing.rating.unpriced_codes import UnpricedCode, unpriced_codes
from customers.models import Customer, CustomerStatus
from routing.models import Route
from routing.route_lines import route_lines
from voipadmin.core.alarms.services import report_state
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.patterns import Pattern, parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan

EVERYBODY, NO_PLAN = "", "—"
SHOWN_IN_ALARM = 5


class PlanCodes(NamedTuple):
    """A rate plan (None: customers without one), how many active customers it has, and the codes without a price."""

    plan: RatePlan | None
    customers: int
    codes: list[UnpricedCode]


def unpriced_codes_by_plan(now: datetime) -> list[PlanCodes]:
    """Return every rate plan that has active customers, with the codes that these can call and nothing prices."""
    numbering = current_plan()
    active = Customer.objects.filter(status=CustomerStatus.ACTIVE).order_by()
    counts = dict(active.values_list("account__plan").annotate(count=Count("pk")))
    plans: dict[UUID | None, RatePlan | None] = {None: None, **{plan.pk: plan for plan in RatePlan.objects.all()}}
    return [
        PlanCodes(plan, counts[key], _unpriced(plan, active.filter(account__plan=key), numbering, now))
        for key, plan in plans.items()
        if key in counts
    ]


def unpriced_codes_of_plan(plan: RatePlan, now: datetime) -> list[UnpricedCode]:
    """Return the codes that nothing prices in a plan, among those that its customers, or all, can call."""
    return _unpriced(plan, Customer.objects.filter(account__plan=plan), current_plan(), now)


def unpriced_codes_of_customer(customer: Customer, now: datetime) -> list[UnpricedCode]:
    """Return the codes that a customer can call and nothing prices for it."""
    plan = RatePlan.objects.filter(accounts__customer=customer).first()
    return _unpriced(plan, Customer.objects.filter(pk=customer.pk), current_plan(), now)


def report_unpriced_codes(*, now: datetime) -> int:
    """Open an alarm for each rate plan with such codes, and close those without; return how many stand."""
    standing = {
        str(found.plan.pk if found.plan else EVERYBODY): {
            "plan": str(found.plan or NO_PLAN),
            "found": len(found.codes),
            "codes": in_short(found.codes),
        }
        for found in unpriced_codes_by_plan(now)
        if found.codes
    }
    report_state(CODES_WITHOUT_PRICE, standing, now=now)
    return len(standing)


def in_short(codes: list[UnpricedCode]) -> str:
    """Return the first codes, one of each kind before others."""
    kinds = {code.example.kind: code for code in reversed(codes)}
    first = [code for code in codes if kinds[code.example.kind] is code]
    rest = [code for code in codes if code not in first]
    return ", ".join(code.dialled for code in [*first, *rest][:SHOWN_IN_ALARM])


def _unpriced(
    plan: RatePlan | None, customers: Iterable[Customer], numbering: NumberingPlan, now: datetime
) -> list[UnpricedCode]:
    """Return the codes that neither the plan's tariffs price nor, where it falls back, those of everybody.

    A tariff counts whatever its hours are; one for certain callers does not.
    """
    own = Q(plan=None) if plan is None else Q(plan=plan) | (Q(plan=None) if plan.falls_back else Q())
    in_force = Q(effective_from__lte=now) & (Q(effective_until=None) | Q(effective_until__gt=now))
    tariffs = Tariff.objects.filter(own, in_force, matches=TariffMatches.CODE, origin_prefix="")
    patterns = tariffs.order_by().values_list("pattern", flat=True).distinct()
    return unpriced_codes(patterns, _taken(customers, numbering), numbering)


def _taken(customers: Iterable[Customer], numbering: NumberingPlan) -> list[Pattern]:
    """Return what the routes of customers take, over keys."""
    usable = Q(customers__isnull=True) | Q(customers__in=customers)
    patterns = Route.objects.filter(usable, enabled=True).order_by().values_list("pattern", flat=True).distinct()
    lines = (line.pattern for pattern in patterns for line in route_lines(pattern, numbering))
    return [parse_pattern(text) for text in dict.fromkeys(lines)]
