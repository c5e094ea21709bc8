"""What the filtered inventory comes to: numbers by status, provider, customer, area, city and age; rents; silence."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr

from numbering.models import DIDStatus
from reports.dids.ages import AgeSpan, ages_of
from reports.dids.queries import Rent, counts_by, customers_of, idle_count, rents
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.users.models import User

# So many lines of each cut; the rest is reached by the filters.
MOST = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the inventory: the value of the filter that shows it alone, its name and how many numbers it has."""

    value: str
    name: str
    numbers: int


@dataclass(frozen=True, slots=True)
class DidSummary:
    """The filtered inventory in figures; `silent` are allocated numbers without a call in 30 days."""

    numbers: int
    statuses: list[Part]
    providers: list[Part]
    customers: list[Part]
    areas: list[Part]
    cities: list[Part]
    ages: list[tuple[AgeSpan, dict[str, int]]]
    rents: list[Rent]
    silent: int


def did_summary(rows: QuerySet[Any], user: User, plan: NumberingPlan, *, now: datetime) -> DidSummary:
    """Sum up the filtered inventory as `user` may see it, in one query for each cut."""
    by_status = {row["status"]: row["numbers"] for row in counts_by(rows, "status")}
    sees_all = user.sees_everything
    providers = counts_by(rows, "provider_id", "provider__name") if sees_all else []
    return DidSummary(
        numbers=sum(by_status.values()),
        statuses=[Part(value, str(label), by_status.get(value, 0)) for value, label in DIDStatus.choices],
        providers=[Part(str(row["provider_id"]), row["provider__name"], row["numbers"]) for row in providers][:MOST],
        customers=[_customer(row) for row in customers_of(rows)[:MOST]] if sees_all else [],
        areas=_areas(rows, plan),
        cities=[Part(row["city"], row["city"], row["numbers"]) for row in counts_by(rows, "city") if row["city"]][
            :MOST
        ],
        ages=ages_of(rows, now=now),
        rents=rents(rows, with_cost=sees_all),
        silent=idle_count(rows, user, now=now),
    )


def _customer(row: dict[str, Any]) -> Part:
    return Part(str(row["customer_id"]), f"{row['customer__code']} · {row['customer__name']}", row["numbers"])


def _areas(rows: QuerySet[Any], plan: NumberingPlan) -> list[Part]:
    """Return the areas with the most numbers; the database groups by the digits in which an area code stands."""
    length = len(plan.country_code) + max(plan.area_lengths, default=0)
    found: Counter[str] = Counter()
    for row in counts_by(rows.annotate(begins=Substr("number", 1, length)), "begins"):
        found[_area(row["begins"], plan)] += row["numbers"]
    found.pop("", None)
    return [Part(area, area, numbers) for area, numbers in found.most_common(MOST)]


def _area(begins: str, plan: NumberingPlan) -> str:
    national = begins.removeprefix(plan.country_code) if begins.startswith(plan.country_code) else ""
    return next((national[:length] for length in plan.area_lengths if plan.is_area(national[:length])), "")
