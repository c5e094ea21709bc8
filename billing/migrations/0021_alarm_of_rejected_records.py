"""Lines that wait already have their alarm from now on."""

from django.db import migrations
from django.utils import timezone

from voipadmin.core.models import new_id


def open_alarm(apps, _editor):
    found = apps.get_model("billing", "RejectedRecord").objects.count()
    if found:
        now = timezone.now()
        apps.get_model("core", "Alarm").objects.create(
            id=new_id(), kind="rejected_records", opened_at=now, last_seen_at=now, details={"found": found}
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0020_cdr_caller"), ("core", "0002_alarms")]

    operations = [migrations.RunPython(open_alarm, migrations.RunPython.noop)]
