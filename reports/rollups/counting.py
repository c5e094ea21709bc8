"""The count: hours whose records came or changed are counted again, from the records, as a whole.

1. One counter at a time; another one leaves.
2. Take the newest quarters that wait, and delete their rows. What a writer commits later stays, and is counted next.
3. Read which shown numbers of these hours are of another country.
4. Replace the roll-ups of these hours by those of the records, in the same transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from billing.accounts.periods import ONE_DAY, day_of
from billing.cdrs.records.partitions import month_of
from billing.models import NEEDS_A_TARIFF, Cdr, Direction, Disposition, DroppedMonth
from reports.dashboard.kpis import CALL_REJECTED_CAUSE, DECLINED_SIP_CODE
from reports.models import SummedDay, TrafficHour, UncountedQuarter
from reports.rollups.delays import RATIO
from reports.rollups.hours import HOUR, hour_of
from routing.models import Gateway
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import AUTOMATIC, read_received

# So many quarters are taken at once: a day.
QUARTERS = 96
# Answered calls up to so many seconds are short ones: wrong numbers, silence, fraud.
SHORT_SECONDS = 6
CDR, TRAFFIC, WAITING, GATEWAY = (
    model._meta.db_table for model in (Cdr, TrafficHour, UncountedQuarter, Gateway)
)  # fmt: skip

TAKE = f"""DELETE FROM {WAITING} WHERE quarter IN (
    SELECT DISTINCT quarter FROM {WAITING} ORDER BY quarter DESC LIMIT %s) RETURNING quarter"""  # noqa: S608 - our table

# Each hour is read by itself, in the index on the end. That no start is named is meant: the planner, which cannot know
# the hours, would as soon read a month in the index on the start. OFFSET keeps it from reading all records first, with
# what is asked of them outside, and joining the hours to the few that it expects.
_HOURS = f"""unnest(%(hours)s::timestamptz[]) hours(hour) CROSS JOIN LATERAL (
    SELECT * FROM {CDR} WHERE ended_at >= hour AND ended_at < hour + interval '1 hour' OFFSET 0
) call"""  # noqa: S608 - our table

# Extensions have few digits, and numbers of the country are known by their form; the rest is read by the plan.
SHOWN = f"""SELECT DISTINCT src FROM {_HOURS}
    WHERE direction = %(outbound)s AND length(src) >= 7 AND src !~ %(home)s"""  # noqa: S608 - made of constants

# Column of a roll-up -> what it is of a record; records that agree in all of these are summed up together.
DIMENSIONS = {
    "hour": "hours.hour",
    "direction": "direction",
    "customer_id": "call.customer_id",
    "provider_id": "gateway.provider_id",
    "gateway_id": "call.gateway_id",
    "route_id": "call.route_id",
    "tariff_id": "call.tariff_id",
    "prefix": "matched_pattern",
    "country": "called_country",
    "from_abroad": "(direction = %(outbound)s AND src = ANY(%(abroad)s))",
    "cause": "cause",
    "currency": "call.currency",
    "cost_currency": "cost_currency",
}
_ANSWERED = "disposition = %(answered)s"
_ATTEMPT = "(destination_channel <> '' OR is_last_attempt)"
_EFFECTIVE = "(disposition = ANY(%(effective)s) OR (cause = %(rejected)s AND sip_code = %(declined)s))"
# Column of a roll-up -> how it is summed up from records.
MEASURES = {
    "records": "count(*)",
    "calls": "count(*) FILTER (WHERE is_last_attempt)",
    "answered_calls": f"count(*) FILTER (WHERE is_last_attempt AND {_ANSWERED})",
    "attempts": f"count(*) FILTER (WHERE {_ATTEMPT})",
    "answered": f"count(*) FILTER (WHERE {_ATTEMPT} AND {_ANSWERED})",
    "effective": f"count(*) FILTER (WHERE {_ATTEMPT} AND {_EFFECTIVE})",
    "short": f"count(*) FILTER (WHERE {_ATTEMPT} AND {_ANSWERED} AND billable_seconds <= %(short)s)",
    "unrated": f"count(*) FILTER (WHERE is_last_attempt AND {_ANSWERED} AND unrated_reason = ANY(%(unrated)s))",
    "losses": "count(*) FILTER (WHERE margin < 0)",
    "talk_seconds": f"coalesce(sum(billable_seconds) FILTER (WHERE {_ANSWERED}), 0)",
    "billed_seconds": "coalesce(sum(billed_seconds), 0)",
    "price": "coalesce(sum(price), 0)",
    "cost": "coalesce(sum(cost), 0)",
    "margin": "coalesce(sum(margin), 0)",
    "price_with_margin": "coalesce(sum(price) FILTER (WHERE margin IS NOT NULL), 0)",
    "lost": "coalesce(sum(margin) FILTER (WHERE margin < 0), 0)",
}
_DELAYED = f"{_ATTEMPT} AND post_dial_delay_ms IS NOT NULL"
_STEP = f"CASE WHEN {_DELAYED} THEN floor(ln(greatest(post_dial_delay_ms, 1)) / ln({RATIO}::float8))::smallint END"

# First by delay as well, so that each step can be counted; then these are put together.
COUNT = f"""
WITH by_step AS (
    SELECT {", ".join(f"{source} AS {name}" for name, source in DIMENSIONS.items())},
        {", ".join(f"{source} AS {name}" for name, source in MEASURES.items())}, {_STEP} AS step,
        count(*) FILTER (WHERE {_ATTEMPT}) AS delays
    FROM {_HOURS} LEFT JOIN {GATEWAY} gateway ON gateway.id = call.gateway_id
    GROUP BY {", ".join(map(str, range(1, len(DIMENSIONS) + 1)))}, step
)
INSERT INTO {TRAFFIC} ({", ".join([*DIMENSIONS, *MEASURES])}, delay_steps, delay_counts)
SELECT {", ".join(DIMENSIONS)}, {", ".join(f"sum({name})" for name in MEASURES)},
    array_agg(step ORDER BY step) FILTER (WHERE step IS NOT NULL),
    array_agg(delays ORDER BY step) FILTER (WHERE step IS NOT NULL)
FROM by_step GROUP BY {", ".join(DIMENSIONS)}
"""  # noqa: S608 - made of constants of this module


def count_changed_hours() -> int:
    """Count every hour that waits, a day at a time, each day in its transaction; return how many were counted."""
    counted = 0
    while (hours := _count_some()) is not None:
        counted += hours
    return counted


@transaction.atomic
def _count_some() -> int | None:
    """Count the newest hours that wait; return how many, or None where none do, or another counter is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('reports.traffic', 0))")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(TAKE, [QUARTERS])
        quarters = [quarter for (quarter,) in cursor.fetchall()]
    if not quarters:
        return None
    hours = _kept(sorted(set(map(hour_of, quarters))))
    replace_hours(hours)
    return len(hours)


def _kept(hours: Sequence[datetime]) -> list[datetime]:
    """Return the hours whose records are still there: the roll-ups of others are all that is left of them."""
    dropped = set(DroppedMonth.objects.values_list("month", flat=True))
    return [hour for hour in hours if not dropped & {month_of(hour), month_of(hour - ONE_DAY)}]


def replace_hours(hours: Sequence[datetime]) -> None:
    """Replace the roll-ups of `hours` by those of the records; the caller has the transaction."""
    values = _values(hours)
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, values)
        values["abroad"] = _of_other_countries((src for (src,) in cursor.fetchall()), current_plan())
        cursor.execute(f"DELETE FROM {TRAFFIC} WHERE hour = ANY(%s)", [list(hours)])  # noqa: S608 - our table
        cursor.execute(COUNT, values)
    SummedDay.objects.filter(day__in={day_of(hour) for hour in hours}).delete()


def _of_other_countries(shown: Iterable[str], plan: NumberingPlan) -> list[str]:
    """Return those of the shown numbers that are of another country than the installation's."""
    found = []
    for text in shown:
        number = read_received(text, AUTOMATIC, plan)
        if number.is_readable and not number.is_code and number.country != plan.region:
            found.append(text)
    return found


def _values(hours: Sequence[datetime]) -> dict[str, Any]:
    return {
        "hours": list(hours),
        "outbound": Direction.OUTBOUND.value,
        "home": rf"^\+?{current_plan().country_code}[0-9]{{10,11}}$",
        "answered": Disposition.ANSWERED.value,
        "effective": [value.value for value in (Disposition.ANSWERED, Disposition.BUSY, Disposition.NO_ANSWER)],
        "rejected": CALL_REJECTED_CAUSE,
        "declined": DECLINED_SIP_CODE,
        "short": SHORT_SECONDS,
        "unrated": [reason.value for reason in NEEDS_A_TARIFF],
    }


def wait_again(begins: datetime, ends: datetime) -> int:
    """Have the hours of a time counted again, such as after a change of the time zone; return how many."""
    hours = []
    hour = hour_of(begins)
    while hour < ends:
        hours.append(hour)
        hour += HOUR
    UncountedQuarter.objects.bulk_create([UncountedQuarter(quarter=hour) for hour in hours])
    return len(hours)
