"""Who called, before a route or gateway showed another number. Records of before keep it empty: `src` is all they have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0019_holds_before_balance")]

    operations = [
        migrations.AddField(
            model_name="cdr",
            name="caller",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="caller"),
        ),
    ]
