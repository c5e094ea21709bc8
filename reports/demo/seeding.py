"""The steps of the demo's data, in order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from reports.demo import money, prices
from reports.demo.calls import DAYS, make_history
from reports.demo.carriers import GATEWAYS, NUMBER_RANGES, ROUTES
from reports.demo.companies import COMPANIES
from reports.demo.conferences import make_conferences
from reports.demo.numbers import allocate_numbers, make_numbers
from reports.demo.objects import make_carriers, make_customers, make_people, make_routes, make_tariffs
from reports.demo.places import Places, choose_places, register_node
from reports.demo.rates import ALL_RATES

WITH_CLOSED = len(COMPANIES) + 1
MADE = WITH_CLOSED + len(GATEWAYS) + len(ROUTES) + len(NUMBER_RANGES) + WITH_CLOSED + len(ALL_RATES) + prices.STEPS
STEPS = MADE + DAYS + 1 + money.STEPS


@dataclass(slots=True)
class Seeded:
    """What was made: people as (user name, role, password), and the number of call records."""

    people: list[tuple[str, str, str]] = field(default_factory=list)
    calls: int = 0


def seed(*, now: datetime, progress: Callable[[str], None]) -> Seeded:
    """Make what is not there yet, all or nothing; `progress` is called STEPS times with the name of what was made."""
    seeded = Seeded()
    with transaction.atomic():
        register_node()
        places = choose_places()
        for step in _objects(now, places):
            progress(step)
        for records in make_history(now):
            seeded.calls += records
            progress("calls")
        for step in money.settle(now):
            progress(step)
        seeded.people = list(make_people())
    return seeded


def _objects(now: datetime, places: Places) -> Iterator[str]:
    yield from make_customers(places)
    yield from make_carriers(places)
    yield from make_routes()
    yield from make_numbers()
    yield from allocate_numbers(now)
    make_conferences(now)
    yield from make_tariffs(now)
    yield from prices.make_prices(now)
