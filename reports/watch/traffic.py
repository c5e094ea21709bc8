"""This hour's traffic of each gateway, and this hour's spend of each customer, against the usual of the hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Min, Sum
from django.utils import timezone

from billing.models import Account, Direction
from customers.models import Customer
from reports.alarms import ANSWER_RATIO_DROPPED, CALL_LENGTH_DROPPED, SPEND_VELOCITY
from reports.models import TrafficHour
from reports.rollups.hours import HOUR, hour_of
from reports.watch.usual import (
    HourOfCalls,
    Judgement,
    Verdict,
    judge_answer_ratio,
    judge_length,
    spends_too_much,
)
from routing.models import Gateway
from voipadmin.core.alarms.kinds import AlarmKind
from voipadmin.core.alarms.services import report_state
from voipadmin.core.models import Alarm

# An alarm of which nothing could be said for so long is closed.
UNKNOWN_FOR = timedelta(hours=3)
NO_CALLS = HourOfCalls()
ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class HoursOfCalls:
    """The hour that is running, and the same hour of the weeks before, of one gateway."""

    now: HourOfCalls
    weeks: Sequence[HourOfCalls]


def watch_traffic(now: datetime) -> None:
    """Open and close the alarms of answer ratio, call length and spend."""
    hour = hour_of(now)
    before = hours_before(hour, settings.QUALITY_WEEKS)
    by_gateway = _by_gateway(hour, before)
    _report_quality(ANSWER_RATIO_DROPPED, judge_answer_ratio, by_gateway, hour, now)
    _report_quality(CALL_LENGTH_DROPPED, judge_length, by_gateway, hour, now)
    # The sum begins anew with each hour: who goes on spending is one alarm, not one for each hour.
    recent = Alarm.objects.filter(kind=SPEND_VELOCITY.code, closed_at=None, last_seen_at__gt=now - HOUR)
    kept = list(recent.values_list("subject", flat=True))
    report_state(SPEND_VELOCITY, _spending(hour, before), now=now, kept=kept)


def hours_before(hour: datetime, weeks: int) -> list[datetime]:
    """Return the same hour, by the installation's clock, of each of the weeks before."""
    zone = timezone.get_default_timezone()
    wall = timezone.localtime(hour, zone).replace(tzinfo=None)
    return [hour_of((wall - timedelta(weeks=week)).replace(tzinfo=zone)) for week in range(1, weeks + 1)]


def _by_gateway(hour: datetime, before: Sequence[datetime]) -> dict[str, HoursOfCalls]:
    """Return the hours of each gateway by its key, and those of all together by the empty key."""
    rows = TrafficHour.objects.filter(hour__in=[hour, *before], direction=Direction.OUTBOUND).order_by()
    sums = rows.exclude(gateway_id=None).values("hour", "gateway_id").annotate(
        attempts=Sum("attempts"), answered=Sum("answered"), talk_seconds=Sum("talk_seconds")
    )  # fmt: skip
    found: dict[str, dict[datetime, HourOfCalls]] = {}
    for row in sums:
        calls = HourOfCalls(row["attempts"], row["answered"], float(row["talk_seconds"]))
        for key in (str(row["gateway_id"]), ""):
            hours = found.setdefault(key, {})
            known = hours.get(row["hour"], NO_CALLS)
            hours[row["hour"]] = HourOfCalls(
                known.attempts + calls.attempts,
                known.answered + calls.answered,
                known.talk_seconds + calls.talk_seconds,
            )
    return {
        key: HoursOfCalls(hours.get(hour, NO_CALLS), [hours[each] for each in before if each in hours])
        for key, hours in found.items()
    }


def _report_quality(
    kind: AlarmKind,
    judge: Callable[..., Judgement],
    by_gateway: Mapping[str, HoursOfCalls],
    hour: datetime,
    now: datetime,
) -> None:
    names = {str(key): name for key, name in Gateway.objects.values_list("pk", "name")}
    names[""] = f"{len(by_gateway) - 1} gateways"
    is_open = dict(Alarm.objects.filter(kind=kind.code, closed_at=None).values_list("subject", "last_seen_at"))
    standing, kept = {}, [key for key in is_open if key not in by_gateway and now - is_open[key] < UNKNOWN_FOR]
    for key, hours in by_gateway.items():
        judged = judge(
            hours.now,
            hours.weeks,
            minimum=settings.QUALITY_MINIMUM_CALLS,
            drop_percent=settings.QUALITY_DROP_PERCENT,
            is_open=key in is_open,
        )
        if judged.verdict == Verdict.DROPPED and key in names:
            standing[key] = _details(kind, names[key], judged, hours.now, hour)
        elif judged.verdict == Verdict.UNKNOWN and key in is_open and now - is_open[key] < UNKNOWN_FOR:
            kept.append(key)
    report_state(kind, standing, now=now, kept=kept)


def _details(kind: AlarmKind, name: str, judged: Judgement, calls: HourOfCalls, hour: datetime) -> dict[str, Any]:
    is_ratio = kind is ANSWER_RATIO_DROPPED
    scale = 100 if is_ratio else 1
    return {
        "name": name,
        "now": f"{judged.now * scale:.1f}",
        "usual": f"{judged.usual * scale:.1f}",
        "calls": calls.attempts if is_ratio else calls.answered,
        "hour": _in_words(hour),
    }


def _spending(hour: datetime, before: Sequence[datetime]) -> dict[str, dict[str, Any]]:
    """Return what stands, by customer and currency: who spends many times the usual, or most of its cap."""
    spent = _spend_by_customer([hour], minimum=ZERO)
    if not spent:
        return {}
    past = _spend_by_customer(before, customers={customer for _hour, customer, _currency in spent})
    oldest = TrafficHour.objects.aggregate(oldest=Min("hour"))["oldest"]
    known = {row.pk: row for row in Customer.objects.filter(pk__in={customer for _hour, customer, _c in spent})}
    caps = dict(Account.objects.filter(customer__in=known).values_list("customer_id", "hourly_cap"))
    is_open = set(Alarm.objects.filter(kind=SPEND_VELOCITY.code, closed_at=None).values_list("subject", flat=True))
    found = {}
    for (_hour, key, currency), amount in spent.items():
        customer = known.get(key)
        if customer is None:
            continue
        subject = f"{key}:{currency}"
        # A week counts as one without spend where there was the customer, and calls were counted.
        counted = [week for week in before if week >= max(oldest, hour_of(customer.created_at))]
        weeks = [past.get((week, key, currency), ZERO) for week in counted]
        usual = spends_too_much(
            amount,
            weeks,
            times=settings.SPEND_TIMES_USUAL,
            minimum=settings.SPEND_MINIMUM,
            is_open=subject in is_open,
        )
        own_cap: Decimal | None = caps.get(key)
        cap: Decimal = settings.HOURLY_CAP if own_cap is None else own_cap
        near_cap = amount * 100 >= cap * settings.SPEND_PERCENT_OF_CAP > 0
        if usual is not None or near_cap:
            found[subject] = {
                "name": f"{customer.code} · {customer.name}",
                "spent": str(amount.quantize(CENT)),
                "currency": currency,
                "hour": _in_words(hour),
                "usual": str((sum(weeks, ZERO) / len(weeks)).quantize(CENT)) if weeks else "?",
                "cap": str(cap.quantize(CENT)),
            }
    return found


def _spend_by_customer(
    hours: Sequence[datetime], *, customers: set[Any] | None = None, minimum: Decimal | None = None
) -> dict[tuple[datetime, Any, str], Decimal]:
    rows = TrafficHour.objects.filter(hour__in=list(hours)).exclude(customer_id=None).order_by()
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    sums = rows.values("hour", "customer_id", "currency").annotate(spent=Sum("price"))
    if minimum is not None:
        sums = sums.filter(spent__gt=minimum)
    return {(row["hour"], row["customer_id"], row["currency"]): row["spent"] for row in sums}


def _in_words(hour: datetime) -> str:
    local = timezone.localtime(hour)
    return f"{local:%d/%m %H:%M}–{timezone.localtime(hour + HOUR):%H:%M}"
