"""The ledger tells late entries, and the database lets nobody change what was issued."""

from django.db import migrations

ENTRY, ACCOUNT, LATE = "billing_ledgerentry", "billing_account", "billing_lateentry"
STATEMENT, CONTENT, PART = "billing_statement", "billing_statementcontent", "billing_statementpart"

_LOCKED_AND_MOVED = f"""
    PERFORM 1 FROM {ACCOUNT} WHERE id IN (SELECT account_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM written w JOIN {ACCOUNT} a ON a.id = w.account_id WHERE a.currency <> w.currency) THEN
        RAISE EXCEPTION 'an entry is in the currency of its account' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE {ACCOUNT} a SET balance = a.balance + moved.amount
        FROM (SELECT account_id, sum(amount) AS amount FROM written GROUP BY account_id) moved
        WHERE a.id = moved.account_id;
"""

# A statement takes its period under the same lock: an entry is there by then, or it finds the period taken.
TELLS_LATE_ENTRIES = f"""
CREATE OR REPLACE FUNCTION billing_ledger_moves_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_LOCKED_AND_MOVED}
    INSERT INTO {LATE} (entry_id, account_id)
        SELECT w.id, w.account_id FROM written w JOIN {ACCOUNT} a ON a.id = w.account_id
        WHERE w.happened_at < a.statements_until;
    RETURN NULL;
END $$;
"""
TELLS_NONE = f"""
CREATE OR REPLACE FUNCTION billing_ledger_moves_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_LOCKED_AND_MOVED}
    RETURN NULL;
END $$;
"""

FIGURES = (
    "account_id series number first_day last_day begins_at ends_at currency language issued_at due_day calls amount"
    " carried_in carried_out open_before payable closing actor"
).split()
KEPT_AS_ISSUED = f"""
CREATE FUNCTION billing_statement_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was issued is neither changed nor deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER statement_is_kept BEFORE UPDATE ON {STATEMENT} FOR EACH ROW
    WHEN (OLD.status <> 'preparing' AND (
        ({", ".join(f"OLD.{name}" for name in FIGURES)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in FIGURES)})
        OR (OLD.status, NEW.status) NOT IN (('issued', 'issued'), ('issued', 'cancelled'), ('cancelled', 'cancelled'))
    )) EXECUTE FUNCTION billing_statement_is_kept();
CREATE TRIGGER statement_stays BEFORE DELETE ON {STATEMENT} FOR EACH ROW
    WHEN (OLD.status <> 'preparing') EXECUTE FUNCTION billing_statement_is_kept();
CREATE TRIGGER statement_content_is_kept BEFORE UPDATE ON {CONTENT} FOR EACH ROW
    WHEN (OLD.figures <> NEW.figures OR OLD.sha256 <> NEW.sha256
        OR (OLD.document IS NOT NULL AND OLD.document IS DISTINCT FROM NEW.document))
    EXECUTE FUNCTION billing_statement_is_kept();
CREATE TRIGGER statement_content_stays BEFORE DELETE ON {CONTENT} FOR EACH ROW
    EXECUTE FUNCTION billing_statement_is_kept();
CREATE TRIGGER statement_part_is_kept BEFORE UPDATE OR DELETE ON {PART} FOR EACH ROW
    EXECUTE FUNCTION billing_statement_is_kept();
"""
NOT_KEPT = f"""
DROP TRIGGER statement_part_is_kept ON {PART};
DROP TRIGGER statement_content_stays ON {CONTENT};
DROP TRIGGER statement_content_is_kept ON {CONTENT};
DROP TRIGGER statement_stays ON {STATEMENT};
DROP TRIGGER statement_is_kept ON {STATEMENT};
DROP FUNCTION billing_statement_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0033_statements_to_pay")]

    operations = [
        migrations.RunSQL(TELLS_LATE_ENTRIES, TELLS_NONE),
        migrations.RunSQL(KEPT_AS_ISSUED, NOT_KEPT),
    ]
