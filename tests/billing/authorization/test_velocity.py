"""Calls that follow each other too fast where fraud goes."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.authorization.values import ClassifiedCall
from billing.authorization.velocity import MINUTE, Velocity, VelocityLimits
from tests.billing.authorization.values import NOON

ACME, OTHER = UUID(int=1), UUID(int=2)


def velocity(calls: int = 3, numbers: int = 5) -> Velocity:
    return Velocity("BR", ("881", "882"), VelocityLimits(calls, numbers))


def call(number: str, second: float, country: str | None = None, *, risky: bool = True) -> ClassifiedCall:
    return ClassifiedCall(number, country, risky, NOON + timedelta(seconds=second))


def test_the_call_after_the_last_that_a_range_may_have_in_a_minute_is_one_too_many() -> None:
    rule = velocity()
    assert [rule.crossed(ACME, call(f"8816123456{n}", n)) for n in range(3)] == ["", "", ""]
    assert rule.crossed(OTHER, call("88161234569", 3)) == ""
    assert rule.crossed(ACME, call("88299999999", 3)) == ""
    assert rule.crossed(ACME, call("88161234569", 4)) == "4 calls a minute to 881, limit 3"


def test_a_premium_number_is_of_the_range_of_its_first_digits() -> None:
    rule = velocity()
    said = [rule.crossed(ACME, call("19005551234", n, "US")) for n in range(4)]
    assert said[-1] == "4 calls a minute to 190055, limit 3"


def test_distinct_numbers_abroad_are_counted_and_the_same_one_again_is_not() -> None:
    rule = velocity()
    numbers = [f"121255512{n:02}" for n in (1, 1, 1, 2, 3, 4, 5, 6)]
    said = [rule.crossed(ACME, call(number, n, "US", risky=False)) for n, number in enumerate(numbers)]
    assert said == [*[""] * 7, "6 numbers abroad a minute, limit 5"]


def test_ordinary_calls_inside_the_country_may_be_as_many_as_they_like() -> None:
    rule = velocity()
    assert not any(rule.crossed(ACME, call(f"551198765{n:04}", n / 100, "BR", risky=False)) for n in range(500))


def test_without_a_limit_nothing_is_crossed() -> None:
    rule = velocity(0, 0)
    assert not any(rule.crossed(ACME, call(f"881{n:08}", n / 100)) for n in range(200))


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_more_than_the_limit_pass_in_any_minute(gaps: list[float]) -> None:
    rule, second, passed = velocity(numbers=0), 0.0, []
    for gap in gaps:
        second += gap
        asked = call("88161234567", second)
        if not rule.crossed(ACME, asked):
            passed.append(asked.at)
    assert all(later - first >= MINUTE for first, later in zip(passed, passed[3:], strict=False))
