"""Which entries of the changelog concern the parents of an object."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_alarm_delivery")]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("parent_id", models.UUIDField()),
                ("entry_id", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("parent_id", "entry_id"), name="audit_link_once"),
                ],
            },
        ),
    ]
