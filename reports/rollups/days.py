"""Days: the roll-ups by hour of each day that is over are summed up once more, by each column that reports cut by.

1. The count of an hour deletes the mark that its day is summed up (`replace_hours`).
2. Days before today without that mark are summed up, the newest first, each in its transaction.

Reports read the sums of marked days, and the hours of the others: today's, and of days that changed a moment ago.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from billing.accounts.periods import day_of, start_of
from reports.models import SummedDay, TrafficDay, TrafficHour
from reports.rollups.counting import MEASURES

HOURS, DAYS, SUMMED = (model._meta.db_table for model in (TrafficHour, TrafficDay, SummedDay))
# Cut -> its value in a roll-up by hour, as text.
CUTS = {
    **{name: f"{name}::text" for name in ("customer_id", "provider_id", "gateway_id", "route_id", "tariff_id")},
    **{name: f"{name}::text" for name in ("prefix", "country", "direction", "cause", "from_abroad")},
    "clock_hour": "extract(hour FROM hour AT TIME ZONE %(zone)s)::int::text",
}
KEY = "cut, key, direction, currency, cost_currency"
LISTED = ", ".join(f"('{cut}', {value})" for cut, value in CUTS.items())

# Each roll-up counts in every cut; steps of delays are put together apart, as they are lists.
SUM_UP = f"""
WITH told AS MATERIALIZED (
    SELECT h.*, cuts.cut, coalesce(cuts.key, '') AS key
    FROM {HOURS} h CROSS JOIN LATERAL (VALUES {LISTED}) cuts (cut, key)
    WHERE hour >= %(begins)s AND hour < %(ends)s
), delays AS (
    SELECT {KEY}, array_agg(step ORDER BY step) AS steps, array_agg(counted ORDER BY step) AS counts FROM (
        SELECT {KEY}, step, sum(times) AS counted FROM told, unnest(delay_steps, delay_counts) delay (step, times)
        GROUP BY {KEY}, step
    ) by_step GROUP BY {KEY}
), sums AS (
    SELECT {KEY}, {", ".join(f"sum({name}) AS {name}" for name in MEASURES)} FROM told GROUP BY {KEY}
)
INSERT INTO {DAYS} (day, {KEY}, {", ".join(MEASURES)}, delay_steps, delay_counts)
SELECT %(day)s, {KEY}, {", ".join(MEASURES)}, steps, counts FROM sums LEFT JOIN delays USING ({KEY})
"""  # noqa: S608 - made of constants
WAITING = f"""SELECT moment::date FROM generate_series(
        date_trunc('day', (SELECT min(hour) FROM {HOURS}) AT TIME ZONE %(zone)s), %(today)s - interval '1 day',
        interval '1 day') days (moment)
    WHERE NOT EXISTS (SELECT 1 FROM {SUMMED} WHERE day = moment::date) ORDER BY 1 DESC LIMIT %(most)s"""  # noqa: S608 - our tables
MOST_DAYS = 500


def sum_up_days(now: datetime, most: int = MOST_DAYS) -> int:
    """Sum up the days before today that are not, each in its transaction; return how many."""
    values = {"zone": settings.TIME_ZONE, "today": day_of(now), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, values)
        days = [day for (day,) in cursor.fetchall()]
    return sum(_sum_up(day) for day in days)


@transaction.atomic
def _sum_up(day: date) -> int:
    """Replace the sums of a day; leave it where hours are being counted: it is summed up after that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('reports.traffic', 0))")
        if not cursor.fetchone()[0]:
            return 0
        # Else the sums of a busy day, eleven for each roll-up, would be sorted on disk.
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(f"DELETE FROM {DAYS} WHERE day = %s", [day])  # noqa: S608 - our table
        times = {"begins": start_of(day), "ends": start_of(day + timedelta(days=1))}
        cursor.execute(SUM_UP, {"day": day, "zone": settings.TIME_ZONE, **times})
    SummedDay.objects.get_or_create(day=day)
    return 1


def summed_days(begins: datetime, ends: datetime) -> list[date]:
    """Return the days that lie whole between two moments and are summed up, in order."""
    zone = timezone.get_default_timezone()
    first = day_of(begins) if start_of(day_of(begins)) == begins else day_of(begins) + timedelta(days=1)
    last = timezone.localtime(ends, zone).date()
    return list(SummedDay.objects.filter(day__gte=first, day__lt=last).order_by("day").values_list("day", flat=True))
