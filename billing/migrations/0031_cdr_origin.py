"""Records keep the origin by which they were priced; NULL in those of before. The column costs no rewriting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0030_calls_by_their_end")]

    operations = [
        migrations.AddField(
            model_name="cdr",
            name="origin",
            field=models.CharField(blank=True, max_length=15, null=True, verbose_name="origin"),
        ),
    ]
