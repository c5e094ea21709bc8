"""Calls that follow each other too fast where fraud goes, whichever service is asked about them."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from billing.accounts.ledger import account_of
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import HoldStore
from billing.authorization.holds.sweeper import SpendingTotals, Sweeper
from billing.authorization.rules.values import ClassifiedCall
from billing.authorization.rules.velocity import Velocity, VelocityLimits
from billing.models import RiskyCall
from tests.billing.authorization.values import NOON
from tests.billing.loop_beside import LoopBeside
from tests.factories import CustomerFactory


def velocity(calls: int = 3, numbers: int = 5) -> Velocity:
    return Velocity("BR", ("881", "882"), VelocityLimits(calls, numbers))


def call(number: str, country: str | None = None, *, risky: bool = True) -> ClassifiedCall:
    return ClassifiedCall(number, country, risky, NOON)


def said_of(rule: Velocity, numbers: list[str], country: str | None = None, *, risky: bool = True) -> list[str]:
    """Return what is said of each call of a minute, made one after the other."""
    asked = [call(number, country, risky=risky) for number in numbers]
    return [rule.crossed(one, numbers[: place + 1]) for place, one in enumerate(asked)]


def test_the_call_after_the_last_that_a_range_may_have_in_a_minute_is_one_too_many() -> None:
    numbers = ["88161234560", "88161234561", "88161234562", "88299999999", "88161234569"]
    assert said_of(velocity(), numbers) == ["", "", "", "", "4 calls a minute to 881, limit 3"]


def test_a_premium_number_is_of_the_range_of_its_first_digits() -> None:
    assert said_of(velocity(), ["19005551234"] * 4, "US")[-1] == "4 calls a minute to 190055, limit 3"


def test_distinct_numbers_abroad_are_counted_and_the_same_one_again_is_not() -> None:
    numbers = [f"121255512{n:02}" for n in (1, 1, 1, 2, 3, 4, 5, 6)]
    said = said_of(velocity(), numbers, "US", risky=False)
    assert said == [*[""] * 7, "6 numbers abroad a minute, limit 5"]


def test_ordinary_calls_inside_the_country_do_not_count() -> None:
    rule = velocity()
    assert not rule.counts(call("5511987654321", "BR", risky=False))
    assert rule.counts(call("5511987654321", "BR"))
    assert rule.counts(call("12125551234", "US", risky=False))


def test_without_a_limit_nothing_is_crossed() -> None:
    assert not any(said_of(velocity(0, 0), [f"881{n:08}" for n in range(200)]))


@pytest.mark.django_db(transaction=True)
def test_several_services_count_the_calls_of_an_account_together_and_by_the_clock_of_the_database() -> None:
    one, other = account_of(CustomerFactory.create()).pk, account_of(CustomerFactory.create()).pk

    async def work() -> list[list[str]]:
        async with ConnectionPool() as first, ConnectionPool() as second:
            stores = [HoldStore(first), HoldStore(second)]
            many = [stores[place % 2].count_risky_call(one, f"881{place:08}") for place in range(20)]
            found = await asyncio.gather(*many)
            return [*found, await stores[0].count_risky_call(other, "88199999999")]

    with LoopBeside() as loop:
        *found, others = loop.run(work())
    assert sorted(map(len, found)) == list(range(1, 21))
    assert others == ["88199999999"]


@pytest.mark.django_db(transaction=True)
def test_calls_of_before_this_minute_count_no_longer_and_are_forgotten() -> None:
    account = account_of(CustomerFactory.create())

    async def count(number: str) -> list[str]:
        async with ConnectionPool() as pool:
            found = await HoldStore(pool).count_risky_call(UUID(str(account.pk)), number)
            await Sweeper(pool, SpendingTotals()).sweep()
            return found

    with LoopBeside() as loop:
        assert loop.run(count("8811")) == ["8811"]
        first = RiskyCall.objects.get()
        RiskyCall.objects.update(at=first.at - timedelta(seconds=61))
        assert loop.run(count("8812")) == ["8812"]
        RiskyCall.objects.update(at=first.at - timedelta(seconds=61))
        loop.run(count("8813"))
    assert RiskyCall.objects.get().number == "8813"
