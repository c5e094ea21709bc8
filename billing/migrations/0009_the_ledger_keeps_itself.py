"""The database itself sees to it that a ledger only grows, and that a balance is the sum of its entries."""

from django.db import migrations

ENTRY, ACCOUNT = "billing_ledgerentry", "billing_account"

APPEND_ONLY = f"""
CREATE FUNCTION billing_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the ledger are neither changed nor deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE ON {ENTRY}
    FOR EACH ROW EXECUTE FUNCTION billing_ledger_only_grows();
"""

# One statement of many entries moves each balance once. Accounts are locked in one order everywhere.
MOVES_BALANCES = f"""
CREATE FUNCTION billing_ledger_moves_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM {ACCOUNT} WHERE id IN (SELECT account_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM written w JOIN {ACCOUNT} a ON a.id = w.account_id WHERE a.currency <> w.currency) THEN
        RAISE EXCEPTION 'an entry is in the currency of its account' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE {ACCOUNT} a SET balance = a.balance + moved.amount
        FROM (SELECT account_id, sum(amount) AS amount FROM written GROUP BY account_id) moved
        WHERE a.id = moved.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_moves_balances AFTER INSERT ON {ENTRY} REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION billing_ledger_moves_balances();
"""

ONLY_THE_LEDGER = f"""
CREATE FUNCTION billing_balance_is_the_ledgers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a balance is moved by entries of the ledger alone' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER balance_is_the_ledgers BEFORE UPDATE ON {ACCOUNT} FOR EACH ROW
    WHEN (OLD.balance IS DISTINCT FROM NEW.balance AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION billing_balance_is_the_ledgers();
CREATE TRIGGER balance_begins_at_zero BEFORE INSERT ON {ACCOUNT} FOR EACH ROW
    WHEN (NEW.balance <> 0) EXECUTE FUNCTION billing_balance_is_the_ledgers();
"""

UNDO = f"""
DROP TRIGGER balance_begins_at_zero ON {ACCOUNT};
DROP TRIGGER balance_is_the_ledgers ON {ACCOUNT};
DROP TRIGGER ledger_moves_balances ON {ENTRY};
DROP TRIGGER ledger_only_grows ON {ENTRY};
DROP FUNCTION billing_balance_is_the_ledgers();
DROP FUNCTION billing_ledger_moves_balances();
DROP FUNCTION billing_ledger_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_plans_accounts_and_decks")]

    operations = [
        migrations.RunSQL(APPEND_ONLY + MOVES_BALANCES + ONLY_THE_LEDGER, UNDO),
    ]
