"""How delays grow."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voipadmin.users.log_in.delays import NO_WAIT, Delays, Failures

NOW = datetime(2026, 1, 1, tzinfo=UTC)
seconds = st.integers(1, 10_000).map(lambda value: timedelta(seconds=value))
delays = st.builds(Delays, free=st.integers(1, 50), first=seconds, step=st.integers(1, 10), longest=seconds)


def test_it_doubles_from_the_first_delay_to_the_longest() -> None:
    policy = Delays(free=5, first=timedelta(seconds=30), step=1, longest=timedelta(minutes=5))
    waits = [policy.after(failures).total_seconds() for failures in (4, 5, 6, 7, 8, 9, 1_000_000)]
    assert waits == [0, 30, 60, 120, 240, 300, 300]


def test_with_a_step_it_doubles_more_gently() -> None:
    policy = Delays(free=20, first=timedelta(seconds=5), step=5, longest=timedelta(minutes=1))
    assert [policy.after(failures).total_seconds() for failures in (20, 24, 25, 30, 40)] == [5, 5, 10, 20, 60]


@given(delays, st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_failures_never_wait_less_and_never_longer_than_the_longest(policy: Delays, one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert NO_WAIT <= policy.after(fewer) <= policy.after(more) <= policy.longest


@given(delays, st.integers(0, 200), st.integers(0, 20_000))
def test_who_waited_the_delay_need_not_wait_any_more(policy: Delays, count: int, elapsed: int) -> None:
    latest = NOW - timedelta(seconds=elapsed)
    left = policy.remaining(Failures(count, latest), NOW)
    assert left >= NO_WAIT
    assert policy.remaining(Failures(count, latest), NOW + left) == NO_WAIT


def test_who_never_failed_need_not_wait() -> None:
    policy = Delays(free=1, first=timedelta(hours=1), step=1, longest=timedelta(hours=1))
    assert policy.remaining(Failures(), NOW) == NO_WAIT
