"""What is usual in an hour of the week: the rules, and the alarms that come of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reports.models import TrafficHour
from reports.rollups.hours import hour_of
from reports.watch import traffic
from reports.watch.usual import (
    HourOfCalls,
    Verdict,
    judge_answer_ratio,
    judge_length,
    spends_too_much,
)
from tests.factories import CustomerFactory, GatewayFactory
from voipadmin.core.models import Alarm

RULE: dict[str, Any] = {"minimum": 50, "drop_percent": 30}
USUAL = [HourOfCalls(200, 100, 12_000.0)] * 4
hours = st.builds(
    lambda attempts, share, length: HourOfCalls(attempts, int(attempts * share), int(attempts * share) * length),
    st.integers(0, 5000),
    st.floats(0, 1),
    st.floats(0, 600),
)


@given(now=hours, weeks=st.lists(hours, max_size=6), is_open=st.booleans())
def test_nothing_is_said_of_few_calls(now: HourOfCalls, weeks: list[HourOfCalls], is_open: bool) -> None:
    ratio = judge_answer_ratio(now, weeks, is_open=is_open, **RULE)
    length = judge_length(now, weeks, is_open=is_open, **RULE)
    if now.attempts < 50 or sum(bool(hour.attempts) for hour in weeks) < 3:
        assert ratio.verdict == Verdict.UNKNOWN
    if now.answered < 50 or sum(bool(hour.answered) for hour in weeks) < 3:
        assert length.verdict == Verdict.UNKNOWN
    for judged, figure in ((ratio, now.answer_ratio), (length, now.length)):
        if judged.verdict == Verdict.DROPPED:
            assert figure < judged.usual * (0.85 if is_open else 0.7)


@given(now=hours, weeks=st.lists(hours, min_size=3, max_size=6))
def test_what_opens_an_alarm_also_keeps_it_open(now: HourOfCalls, weeks: list[HourOfCalls]) -> None:
    for judge in (judge_answer_ratio, judge_length):
        if judge(now, weeks, is_open=False, **RULE).verdict == Verdict.DROPPED:
            assert judge(now, weeks, is_open=True, **RULE).verdict == Verdict.DROPPED


@given(weeks=st.lists(hours, min_size=3, max_size=6), minimum=st.integers(1, 500))
def test_the_usual_itself_is_no_drop(weeks: list[HourOfCalls], minimum: int) -> None:
    whole = HourOfCalls(
        sum(hour.attempts for hour in weeks),
        sum(hour.answered for hour in weeks),
        sum(hour.talk_seconds for hour in weeks),
    )
    for judge in (judge_answer_ratio, judge_length):
        assert judge(whole, weeks, minimum=minimum, drop_percent=30, is_open=False).verdict != Verdict.DROPPED


def test_a_drop_has_to_be_deep_and_sure() -> None:
    def ratio(attempts: int, answered: int, *, is_open: bool = False) -> Verdict:
        return judge_answer_ratio(HourOfCalls(attempts, answered), USUAL, is_open=is_open, **RULE).verdict

    assert ratio(400, 100) == Verdict.DROPPED
    assert ratio(400, 160) == Verdict.USUAL
    assert ratio(400, 160, is_open=True) == Verdict.DROPPED
    assert ratio(400, 180, is_open=True) == Verdict.USUAL
    assert ratio(50, 17) == Verdict.USUAL, "of 50 calls so few may be answered by chance"
    assert ratio(49, 0) == Verdict.UNKNOWN
    length = judge_length(HourOfCalls(400, 200, 200 * 40.0), USUAL, is_open=False, **RULE)
    assert (length.verdict, length.now, length.usual) == (Verdict.DROPPED, 40.0, 120.0)


@given(spent=st.decimals(0, 10_000, places=2), weeks=st.lists(st.decimals(0, 1000, places=2), max_size=6))
def test_spend_is_judged_by_the_weeks_before(spent: Decimal, weeks: list[Decimal]) -> None:
    rule: dict[str, Any] = {"times": Decimal(4), "minimum": Decimal(100)}
    usual = spends_too_much(spent, weeks, is_open=False, **rule)
    if usual is not None:
        assert len(weeks) >= 3
        assert spent >= 100
        assert spent >= usual * 4
        assert spends_too_much(spent, weeks, is_open=True, **rule) == usual


def _traffic(hour: datetime, **values: Any) -> None:
    empty = dict.fromkeys(
        ("records", "calls", "answered_calls", "effective", "short", "unrated", "losses", "billed_seconds", "cost",
         "margin", "price_with_margin", "lost", "attempts", "answered", "talk_seconds", "price"), 0,
    )  # fmt: skip
    TrafficHour.objects.create(hour=hour, direction="outbound", from_abroad=False, currency="BRL", **(empty | values))


@pytest.mark.django_db
def test_a_gateway_whose_calls_are_no_longer_answered_is_an_alarm_until_they_are() -> None:
    gateway, other = GatewayFactory.create(), GatewayFactory.create()
    now = timezone.now()
    hour = hour_of(now)
    for week in traffic.hours_before(hour, 6):
        for each in (gateway, other):
            _traffic(week, gateway_id=each.pk, attempts=200, answered=100, talk_seconds=12_000)
    _traffic(hour, gateway_id=gateway.pk, attempts=200, answered=20, talk_seconds=400)
    _traffic(hour, gateway_id=other.pk, attempts=2000, answered=1000, talk_seconds=120_000)
    traffic.watch_traffic(now)
    alarm = Alarm.objects.get(kind="answer_ratio_dropped")
    assert (alarm.subject, alarm.details["now"], alarm.details["usual"]) == (str(gateway.pk), "10.0", "50.0")
    assert not Alarm.objects.filter(kind="call_length_dropped").exists(), "twenty calls tell no length"
    traffic.watch_traffic(now)
    # The next hour begins with few calls: nothing is said.
    TrafficHour.objects.filter(hour=hour, gateway_id=gateway.pk).update(attempts=10, answered=0)
    traffic.watch_traffic(now)
    alarm.refresh_from_db()
    assert (alarm.closed_at, alarm.count) == (None, 1)
    TrafficHour.objects.filter(hour=hour, gateway_id=gateway.pk).update(attempts=200, answered=96)
    traffic.watch_traffic(now)
    alarm.refresh_from_db()
    assert alarm.closed_at is not None


@pytest.mark.django_db
def test_a_customer_who_spends_at_night_what_it_never_did_is_an_alarm() -> None:
    customer, steady, new = (CustomerFactory.create() for _ in range(3))
    long_ago = timezone.now() - timedelta(days=90)
    type(customer).objects.filter(pk__in=[customer.pk, steady.pk]).update(created_at=long_ago)
    now = timezone.now()
    hour = hour_of(now)
    for week in traffic.hours_before(hour, 6):
        _traffic(week, customer_id=steady.pk, price=Decimal(300))
    for each in (customer, steady, new):
        _traffic(hour, customer_id=each.pk, price=Decimal(400))
    traffic.watch_traffic(now)
    alarm = Alarm.objects.get(kind="spend_velocity")
    assert alarm.subject == f"{customer.pk}:BRL"
    assert (alarm.details["spent"], alarm.details["usual"]) == ("400.00", "0.00")
    TrafficHour.objects.filter(hour=hour, customer_id=new.pk).update(price=Decimal(1700))
    traffic.watch_traffic(now)
    assert {item.subject for item in Alarm.objects.filter(kind="spend_velocity", closed_at=None)} == {
        f"{customer.pk}:BRL",
        f"{new.pk}:BRL",
    }, "a new customer is judged by its cap"
    TrafficHour.objects.filter(hour=hour).delete()
    traffic.watch_traffic(now + timedelta(minutes=40))
    assert Alarm.objects.filter(kind="spend_velocity", closed_at=None).count() == 2, "the next hour has just begun"
    traffic.watch_traffic(now + timedelta(minutes=61))
    assert not Alarm.objects.filter(kind="spend_velocity", closed_at=None).exists()


def test_the_same_hour_of_the_weeks_before_is_by_the_clock() -> None:
    noon = datetime.fromisoformat("2026-11-30T12:00:00-03:00")
    for week, hour in enumerate(traffic.hours_before(hour_of(noon), 3), start=1):
        local = timezone.localtime(hour)
        assert (local.hour, local.weekday(), (noon - hour).days) == (12, 0, 7 * week)
