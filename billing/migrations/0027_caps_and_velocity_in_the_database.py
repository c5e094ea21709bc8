"""Caps and velocity are judged where the money is: any number of services share one sum, one count and one clock.

The function of before stays until the next release, for services that run it still.
"""

from django.db import migrations

HOLD, ACCOUNT, SPENT, RISKY = "billing_credithold", "billing_account", "billing_spendingsum", "billing_riskycall"

# The lock is not that of the row: an import that settles thousands of calls keeps that one until it commits.
# What is held is read before balance and sums: a call that is settled in between counts twice, never not at all.
HOLD_MONEY = f"""
CREATE FUNCTION billing_hold_money(
    p_mode text, p_id uuid, p_account uuid, p_node text, p_uniqueid text, p_channel text, p_number text,
    p_amount numeric, p_seconds integer, p_rate text, p_expires timestamptz,
    p_hourly_cap numeric, p_daily_cap numeric, p_origin text
) RETURNS TABLE (granted boolean, blocked boolean, available numeric, held numeric, cap_left numeric)
LANGUAGE plpgsql AS $$
DECLARE funds numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_account::text, 4));
    SELECT coalesce(sum(h.amount), 0) INTO held FROM {HOLD} h WHERE h.account_id = p_account AND h.state = 'active'
        AND NOT (p_mode = 'extend' AND h.node_name = p_node AND h.uniqueid = p_uniqueid);
    SELECT CASE WHEN a.kind = 'prepaid' OR a.limits_credit THEN a.balance + a.credit_limit END,
            a.blocked_at IS NOT NULL,
            greatest(least(coalesce(a.hourly_cap, p_hourly_cap) - coalesce(s.hour, 0),
                coalesce(a.daily_cap, p_daily_cap) - coalesce(s.day, 0)), 0)
        INTO STRICT funds, blocked, cap_left
        FROM {ACCOUNT} a LEFT JOIN {SPENT} s ON s.account_id = a.id WHERE a.id = p_account;
    -- Nobody has less than nothing; where no credit limits, the caps alone do.
    available := greatest(least(funds, cap_left) - held, 0);
    granted := NOT blocked AND p_amount <= available;
    IF NOT granted THEN
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_mode = 'extend' THEN
        UPDATE {HOLD} SET amount = p_amount, granted_seconds = p_seconds, applied_rate = p_rate,
                expires_at = p_expires, updated_at = now()
            WHERE node_name = p_node AND uniqueid = p_uniqueid AND state = 'active' AND ended_at IS NULL;
        granted := FOUND;
    ELSE
        -- A channel that calls a second number keeps what the first one set aside.
        INSERT INTO {HOLD} AS h (id, created_at, updated_at, account_id, node_name, uniqueid, channel, number, amount,
                granted_seconds, applied_rate, origin, expires_at, state)
            VALUES (p_id, now(), now(), p_account, p_node, p_uniqueid, p_channel, p_number, p_amount,
                p_seconds, p_rate, p_origin, p_expires, 'active')
            ON CONFLICT (node_name, uniqueid) DO UPDATE SET
                amount = EXCLUDED.amount + CASE WHEN h.state = 'active' THEN h.amount ELSE 0 END,
                number = EXCLUDED.number, granted_seconds = EXCLUDED.granted_seconds, updated_at = now(),
                applied_rate = EXCLUDED.applied_rate, origin = EXCLUDED.origin, expires_at = EXCLUDED.expires_at,
                state = 'active', answered_at = NULL, ended_at = NULL;
    END IF;
    RETURN NEXT;
END $$;
"""

COUNT_RISKY_CALL = f"""
CREATE FUNCTION billing_count_risky_call(p_id uuid, p_account uuid, p_number text) RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_account::text, 5));
    DELETE FROM {RISKY} WHERE account_id = p_account AND at <= clock_timestamp() - interval '1 minute';
    INSERT INTO {RISKY} (id, created_at, updated_at, account_id, number, at)
        VALUES (p_id, clock_timestamp(), clock_timestamp(), p_account, p_number, clock_timestamp());
    RETURN ARRAY(SELECT number::text FROM {RISKY} WHERE account_id = p_account);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0026_one_truth_for_caps")]

    operations = [
        migrations.RunSQL(HOLD_MONEY, "DROP FUNCTION billing_hold_money"),
        migrations.RunSQL(COUNT_RISKY_CALL, "DROP FUNCTION billing_count_risky_call"),
    ]
