"""The records of calls, month by month: drawn by PostgreSQL itself, each month filled before it becomes a partition.

1. `draw` throws the dice for each call of a month into a temporary table: when, who, whom, how it ended.
2. `write` makes its records of them: an attempt that failed first for some, and the final one, with the price that the
   tariff names.
3. `attach` makes the indexes, which is faster on a full table, and attaches it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from billing.cdrs.records.partitions import months_later, partition_of
from billing.models import Cdr, Tariff
from billing.rating.durations import simple_rate
from tests.bench.data.inventory import INCREMENT, INITIAL_BLOCK, NODES, destinations

TABLE = Cdr._meta.db_table
# Of a hundred calls so many are tried a second time, by another gateway.
FAILED_OVER = 10
# How often each hour of the day is called in, from midnight on.
HOURS = (1, 1, 1, 1, 1, 1, 2, 5, 12, 18, 20, 18, 12, 15, 19, 19, 18, 15, 9, 6, 4, 3, 2, 1)
SEED = 0.1959

# Facts of the inventory by number, so that a die picks one: temporary, each connection makes its own.
LOOKUPS = """
CREATE TEMPORARY TABLE payer AS SELECT row_number() OVER (ORDER BY c.code) - 1 AS n, c.id, c.code, c.caller_id_number
    FROM customers_customer c;
CREATE TEMPORARY TABLE carrier AS SELECT row_number() OVER (ORDER BY g.name) - 1 AS n, g.id, g.name, p.cost_per_minute
    FROM routing_gateway g JOIN routing_provider p ON p.id = g.provider_id;
CREATE TEMPORARY TABLE way AS SELECT row_number() OVER (ORDER BY priority) - 1 AS n, id FROM routing_route;
CREATE TEMPORARY TABLE owned AS SELECT row_number() OVER (ORDER BY d.number) - 1 AS n, d.id, d.number, a.customer_id
    FROM numbering_did d JOIN numbering_didallocation a ON a.did_id = d.id AND a.ends_at IS NULL;
CREATE TEMPORARY TABLE destination (n int, tariff_id uuid, pattern text, prefix text, digits int, kind text,
    country text, price numeric, cost numeric, applied text);
CREATE TEMPORARY TABLE hours AS SELECT row_number() OVER () - 1 AS n, hour::int
    FROM unnest(%(hours)s::int[]) hour;
CREATE UNIQUE INDEX ON payer (n); CREATE UNIQUE INDEX ON carrier (n); CREATE UNIQUE INDEX ON owned (n);
ANALYZE payer; ANALYZE carrier; ANALYZE owned; ANALYZE hours;
"""

DRAW = """
CREATE TEMPORARY TABLE drawn AS
SELECT i, direction, customer, gateway, other_gateway, destination, did, number_tail, outcome, tried_twice, delay_ms,
    date_trunc('milliseconds', %(since)s + (hour.hour * interval '1 hour')
        + floor(day_die * %(days)s) * interval '1 day' + hour_die * interval '1 hour') AS started_at,
    CASE WHEN outcome = 0 THEN (1 + least(3600, -100 * ln(1 - length_die)))::numeric(14, 6) ELSE 0 END AS talk
FROM (
    SELECT i, random() AS day_die, random() AS hour_die, random() AS length_die,
        floor(random() * (SELECT count(*) FROM hours)) AS hour_place,
        CASE WHEN direction_die < 0.75 THEN 'outbound' WHEN direction_die < 0.95 THEN 'inbound' ELSE 'internal' END
            AS direction,
        -- A few customers make most of the calls.
        floor(power(random(), 3) * (SELECT count(*) FROM payer))::int AS customer,
        floor(power(random(), 1.5) * (SELECT count(*) FROM carrier))::int AS gateway,
        floor(random() * (SELECT count(*) FROM carrier))::int AS other_gateway,
        floor(power(random(), 2) * (SELECT count(*) FROM owned))::int AS did,
        -- Of a hundred calls ninety stay in the country, five are premium.
        CASE WHEN place_die < 0.90 THEN floor(power(random(), 1.5) * %(home)s)
            WHEN place_die < 0.95 THEN %(home)s + floor(random() * (%(every)s - %(premium)s - %(home)s))
            ELSE %(every)s - %(premium)s + floor(random() * %(premium)s) END::int AS destination,
        floor(power(random(), 2) * 100000000)::bigint AS number_tail,
        -- 0 answered, 1 nobody answered, 2 busy, 3 failed, 4 no circuit
        CASE WHEN outcome_die < 0.58 THEN 0 WHEN outcome_die < 0.76 THEN 1 WHEN outcome_die < 0.85 THEN 2
            WHEN outcome_die < 0.97 THEN 3 ELSE 4 END AS outcome,
        random() * 100 < %(failed_over)s AS tried_twice, (400 + 5000 * power(random(), 3))::int AS delay_ms
    FROM (
        SELECT i, random() AS direction_die, random() AS place_die, random() AS outcome_die
        FROM generate_series(1, %(calls)s) i
    ) die OFFSET 0
) dice JOIN hours hour ON hour.n = hour_place
"""

# The final record's attempt number says whether one failed before it.
WRITE = """
INSERT INTO {part} (id, created_at, updated_at, node_name, uniqueid, linkedid, sequence, payload_hash, attempt,
    is_last_attempt, src, dst, dialled, called_number, called_kind, called_country, caller_id, caller, origin, channel,
    destination_channel, account_code, started_at, answered_at, ended_at, duration_seconds, billable_seconds,
    disposition, dial_status, cause, sip_code, recorded_result, post_dial_delay_ms, direction, customer_id, gateway_id,
    route_id, did_id, tariff_id, matched_pattern, applied_rate, billed_seconds, price, cost, margin, currency,
    cost_currency, cost_source, unrated_reason, uncharged_reason)
SELECT (lpad(to_hex((extract(epoch FROM begins) * 1000)::bigint), 12, '0') || '7' || to_hex(256 + attempt)
        || '8' || lpad(to_hex(i), 15, '0'))::uuid,
    begins, begins, node, linked, linked, i * 2 + attempt, md5(linked || attempt) || md5(linked), attempt, is_last,
    src, dst, number, number, kind, country, '"" <' || src || '>', '', origin, 'PJSIP/' || code || '-' || to_hex(i),
    CASE WHEN direction = 'inbound' THEN 'PJSIP/trunk.' || code || '-' || to_hex(i)
        ELSE 'PJSIP/' || coalesce(gateway_name, code) || '-' || to_hex(i + attempt) END,
    code, begins, CASE WHEN talk > 0 THEN begins + delay_ms * interval '1 ms' END, begins + span * interval '1 second',
    span, talk, (ARRAY['ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'CONGESTION'])[outcome + 1],
    (ARRAY['ANSWER', 'NOANSWER', 'BUSY', 'CHANUNAVAIL', 'CONGESTION'])[outcome + 1],
    (ARRAY[16, 19, 17, 3, 34])[outcome + 1], (ARRAY[200, 480, 486, 404, 503])[outcome + 1], '', delay_ms, direction,
    customer_id, gateway_id, route_id, did_id, tariff_id, pattern, applied, billed, price, cost, price - cost,
    CASE WHEN price IS NULL THEN '' ELSE 'BRL' END, CASE WHEN cost IS NULL THEN '' ELSE 'BRL' END,
    source,
    CASE WHEN direction = 'outbound' THEN '' ELSE direction END, ''
FROM (
    SELECT i, direction, attempt, is_last, outcome, delay_ms, begins, talk, code, node, gateway_name, customer_id,
        gateway_id, route_id, did_id, kind, country, src, number, origin, talk + delay_ms / 1000.0 AS span,
        extract(epoch FROM date_trunc('second', begins))::bigint || '.' || i AS linked,
        CASE WHEN direction = 'outbound' AND country = 'BR' THEN '0' || substr(number, 3)
            WHEN direction = 'outbound' THEN '00' || number ELSE number END AS dst,
        tariff_id, source, coalesce(pattern, '') AS pattern, coalesce(applied, '') AS applied, billed,
        round(sell * coalesce(billed, 0) / 60, 4) AS price, round(buy * coalesce(billed, 0) / 60, 4) AS cost
    FROM (
        SELECT d.i, d.direction, tries.attempt, tries.is_last, d.delay_ms, d.started_at AS begins,
            CASE WHEN tries.is_last THEN d.outcome ELSE 4 END AS outcome,
            CASE WHEN tries.is_last THEN d.talk ELSE 0 END AS talk,
            p.code, {nodes} AS node, coalesce(o.customer_id, p.id) AS customer_id, o.id AS did_id,
            g.name AS gateway_name, g.id AS gateway_id, w.id AS route_id,
            CASE d.direction WHEN 'outbound' THEN t.kind WHEN 'inbound' THEN 'geographic' ELSE '' END AS kind,
            CASE d.direction WHEN 'outbound' THEN t.country WHEN 'inbound' THEN 'BR' ELSE '' END AS country,
            CASE d.direction WHEN 'outbound' THEN p.caller_id_number
                WHEN 'inbound' THEN '55119' || lpad(d.number_tail::text, 8, '0') ELSE '1001' END AS src,
            CASE d.direction WHEN 'outbound' THEN t.prefix || lpad((d.number_tail %% (10 ^ t.digits)::bigint)::text,
                t.digits, '0') WHEN 'inbound' THEN o.number ELSE '1002' END AS number,
            CASE d.direction WHEN 'outbound' THEN p.caller_id_number ELSE '' END AS origin,
            t.tariff_id, t.pattern, t.applied, t.price AS sell,
            CASE WHEN t.n IS NOT NULL THEN coalesce(t.cost, g.cost_per_minute) END AS buy,
            CASE WHEN t.n IS NULL THEN 'none' WHEN t.cost IS NULL THEN 'provider' ELSE 'tariff' END AS source,
            CASE WHEN t.n IS NULL THEN NULL WHEN tries.is_last AND d.talk > 0
                THEN greatest({initial}, ceil(ceil(d.talk) / {increment}) * {increment})::int ELSE 0 END AS billed
        FROM drawn d
        JOIN payer p ON p.n = d.customer
        LEFT JOIN destination t ON t.n = d.destination AND d.direction = 'outbound'
        LEFT JOIN owned o ON o.n = d.did AND d.direction = 'inbound'
        CROSS JOIN LATERAL (
            SELECT 1 AS attempt, NOT (d.tried_twice AND d.direction = 'outbound') AS is_last
            UNION ALL SELECT 2, true WHERE d.tried_twice AND d.direction = 'outbound'
        ) tries
        LEFT JOIN carrier g ON d.direction <> 'internal'
            AND g.n = CASE WHEN tries.is_last THEN d.gateway ELSE d.other_gateway END
        LEFT JOIN way w ON d.direction = 'outbound'
            AND w.n = CASE t.country WHEN 'BR' THEN CASE t.kind WHEN 'mobile' THEN 0 ELSE 1 END ELSE 2 END
    ) attempt
) record ORDER BY begins
"""

INDEXES = f"""SELECT pg_get_indexdef(i.indexrelid), i.indisprimary, con.contype = 'u'
    FROM pg_index i LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')
    WHERE i.indrelid = '{TABLE}'::regclass"""  # noqa: S608 - our table


@dataclass(frozen=True, slots=True)
class Month:
    """So many calls, of the days of a month that have passed before `until`."""

    first: date
    calls: int
    until: datetime

    @property
    def days(self) -> int:
        """Return how many days of it have passed."""
        end = min(self.until, datetime.combine(months_later(self.first, 1), datetime.min.time(), UTC))
        return max(1, (end - self.since).days)

    @property
    def since(self) -> datetime:
        """Return its first moment."""
        return datetime.combine(self.first, datetime.min.time(), UTC)


def months_of(records: int, count: int, now: datetime) -> list[Month]:
    """Return the last `count` months up to `now`, each with its share of the calls, the newest first."""
    firsts = [months_later(now.date().replace(day=1), -place) for place in range(count)]
    days = [Month(first, 0, now).days for first in firsts]
    # A call leaves more records than one where it is tried a second time; three of four calls go out.
    calls = records / (1 + 0.75 * FAILED_OVER / 100)
    return [Month(first, int(calls * part / sum(days)), now) for first, part in zip(firsts, days, strict=True)]


def prepare_months(months: list[Month]) -> None:
    """Drop the empty partitions of these months: each is made anew, once it is full."""
    with connection.cursor() as cursor:
        for month in months:
            cursor.execute(f"DROP TABLE IF EXISTS {partition_of(month.first)}")


def prepare_connection() -> None:
    """Make the look-up tables of this connection, and set its dice, so that each run throws the same."""
    tariffs = dict(Tariff.objects.values_list("pattern", "pk"))
    places = [
        (n, tariffs[to.pattern], to.pattern, to.prefix, to.digits, to.kind, to.country, to.price, to.cost, str(rate))
        for n, to in enumerate(destinations())
        for rate in [simple_rate(per_minute=to.price, initial_block=INITIAL_BLOCK, increment=INCREMENT)]
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
        cursor.execute(LOOKUPS, {"hours": [hour for hour, weight in enumerate(HOURS) for _ in range(weight)]})
        values = ", ".join(["%s"] * len(places[0]))
        cursor.executemany(f"INSERT INTO destination VALUES ({values})", places)  # noqa: S608 - only places


@transaction.atomic
def fill_month(month: Month) -> None:
    """Make the records of a month, and attach it to the table."""
    part = partition_of(month.first)
    known = destinations()
    counts = {
        "every": len(known),
        "home": sum(to.country == "BR" for to in known),
        "premium": sum(to.kind == "premium" for to in known),
    }
    nodes = f"(ARRAY{list(NODES)!r})[1 + d.i %% {len(NODES)}]"
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED + month.first.month / 100])
        times: dict[str, Any] = {"since": month.since, "days": month.days, "calls": month.calls}
        cursor.execute(DRAW, counts | times | {"failed_over": FAILED_OVER})
        cursor.execute(f"CREATE TABLE {part} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(WRITE.format(part=part, nodes=nodes, initial=INITIAL_BLOCK, increment=INCREMENT), {})
        cursor.execute("DROP TABLE drawn")
        _attach(cursor, part, month)


def _attach(cursor: Any, part: str, month: Month) -> None:
    cursor.execute(INDEXES)
    for text, is_primary, is_constraint in cursor.fetchall():
        columns = text[text.index(" USING ") :]
        if is_primary or is_constraint:
            kind = "PRIMARY KEY" if is_primary else "UNIQUE"
            cursor.execute(f"ALTER TABLE {part} ADD {kind} {columns[columns.index('(') :]}")
        else:
            cursor.execute(f"CREATE INDEX ON {part} {columns}")
    until = datetime.combine(months_later(month.first, 1), datetime.min.time(), UTC)
    bounds = f"FOR VALUES FROM ('{month.since.isoformat()}') TO ('{until.isoformat()}')"
    cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {part} {bounds}")
