"""Every customer has an account from its first day on; those that are there already get theirs."""

from django.conf import settings
from django.db import migrations


def open_accounts(apps, _schema_editor):
    customer, account = apps.get_model("customers", "Customer"), apps.get_model("billing", "Account")
    without = customer.objects.filter(account=None).iterator(chunk_size=1000)
    account.objects.bulk_create(
        (account(customer=row, currency=settings.DEFAULT_CURRENCY) for row in without), batch_size=1000
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_the_ledger_keeps_itself")]

    operations = [migrations.RunPython(open_accounts, migrations.RunPython.noop)]
