"""Rejected lines keep how they were read: a row of a table with headings can be tried again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0031_cdr_origin")]

    operations = [
        migrations.AddField(
            model_name="rejectedrecord",
            name="layout",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="rejectedrecord",
            name="zone",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
    ]
