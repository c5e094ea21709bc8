"""What is held is read before the balance: a call that is settled in between counts twice, never not at all."""

from importlib import import_module

from django.db import migrations

ORIGINAL: str = import_module("billing.migrations.0013_holds_are_atomic").HOLD_CREDIT
_BALANCE = ORIGINAL[ORIGINAL.index("    SELECT CASE") : ORIGINAL.index("    SELECT coalesce")]
_HELD = ORIGINAL[ORIGINAL.index("    SELECT coalesce") : ORIGINAL.index("    -- Nobody has less")]


def replacing(text: str) -> str:
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("billing", "0018_one_index_of_active_holds")]

    operations = [
        migrations.RunSQL(replacing(ORIGINAL.replace(_BALANCE + _HELD, _HELD + _BALANCE)), replacing(ORIGINAL)),
    ]
