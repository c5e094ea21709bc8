"""Calls that were priced before there was a ledger are entered in it; those that cannot be say why."""

from django.db import migrations

CHARGE = """
INSERT INTO billing_ledgerentry
    (id, created_at, updated_at, account_id, kind, amount, currency, happened_at, cdr_id, version, description, actor)
SELECT gen_random_uuid(), now(), now(), account.id, 'call', -call.price, call.currency, call.ended_at, call.id, 1, '', ''
FROM billing_cdr call JOIN billing_account account USING (customer_id)
WHERE call.price > 0 AND call.currency = account.currency
ON CONFLICT (cdr_id, version) WHERE cdr_id IS NOT NULL DO NOTHING
"""

SAY_WHY = """
UPDATE billing_cdr call SET uncharged_reason = CASE
    WHEN customer_id IS NULL THEN 'customer'
    WHEN EXISTS (SELECT 1 FROM billing_account account WHERE account.customer_id = call.customer_id) THEN 'currency'
    ELSE 'account' END
WHERE price > 0 AND NOT EXISTS (SELECT 1 FROM billing_ledgerentry entry WHERE entry.cdr_id = call.id)
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_why_a_call_is_not_charged")]

    operations = [migrations.RunSQL([CHARGE, SAY_WHY], migrations.RunSQL.noop)]
