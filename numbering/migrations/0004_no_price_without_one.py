"""An allocation that a release without prices makes has none."""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbering", "0003_monthly_price")]

    operations = [
        migrations.AlterField(
            model_name="didallocation",
            name="monthly_price",
            field=models.DecimalField(
                db_default=Decimal("0"),
                decimal_places=2,
                default=Decimal("0"),
                help_text="What the customer pays for the number, after each month; parts of a month by the day.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                verbose_name="monthly price",
            ),
        ),
    ]
