"""Setting money aside for a call: one function, so that it is one step for whoever asks."""

from django.db import migrations

HOLD, ACCOUNT = "billing_credithold", "billing_account"

# The lock is not that of the row: an import that settles thousands of calls keeps that one until it commits. A balance
# that it is about to lower is not seen yet, but the holds of those calls still are: they go only after it.
HOLD_CREDIT = f"""
CREATE FUNCTION billing_hold_credit(
    p_mode text, p_id uuid, p_account uuid, p_node text, p_uniqueid text, p_channel text, p_number text,
    p_amount numeric, p_seconds integer, p_rate text, p_expires timestamptz, p_cap numeric
) RETURNS TABLE (granted boolean, blocked boolean, available numeric, held numeric) LANGUAGE plpgsql AS $$
DECLARE funds numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_account::text, 4));
    SELECT CASE WHEN a.kind = 'prepaid' OR a.limits_credit THEN a.balance + a.credit_limit END, a.blocked_at IS NOT NULL
        INTO STRICT funds, blocked FROM {ACCOUNT} a WHERE a.id = p_account;
    SELECT coalesce(sum(h.amount), 0) INTO held FROM {HOLD} h WHERE h.account_id = p_account AND h.state = 'active'
        AND NOT (p_mode = 'extend' AND h.node_name = p_node AND h.uniqueid = p_uniqueid);
    -- Nobody has less than nothing; where no credit limits, the cap alone does.
    available := greatest(least(funds, p_cap) - held, 0);
    granted := NOT blocked AND p_amount <= available;
    IF NOT granted THEN
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_mode = 'extend' THEN
        UPDATE {HOLD} SET amount = p_amount, granted_seconds = p_seconds, expires_at = p_expires, updated_at = now()
            WHERE node_name = p_node AND uniqueid = p_uniqueid AND state = 'active' AND ended_at IS NULL;
        granted := FOUND;
    ELSE
        -- A channel that calls a second number keeps what the first one set aside.
        INSERT INTO {HOLD} AS h (id, created_at, updated_at, account_id, node_name, uniqueid, channel, number, amount,
                granted_seconds, applied_rate, expires_at, state)
            VALUES (p_id, now(), now(), p_account, p_node, p_uniqueid, p_channel, p_number, p_amount,
                p_seconds, p_rate, p_expires, 'active')
            ON CONFLICT (node_name, uniqueid) DO UPDATE SET
                amount = EXCLUDED.amount + CASE WHEN h.state = 'active' THEN h.amount ELSE 0 END,
                number = EXCLUDED.number, granted_seconds = EXCLUDED.granted_seconds, updated_at = now(),
                applied_rate = EXCLUDED.applied_rate, expires_at = EXCLUDED.expires_at, state = 'active',
                answered_at = NULL, ended_at = NULL;
    END IF;
    RETURN NEXT;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_priced_calls_into_the_ledger")]

    operations = [migrations.RunSQL(HOLD_CREDIT, "DROP FUNCTION billing_hold_credit")]
