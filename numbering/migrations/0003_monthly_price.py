"""What a customer pays each month for a number, and up to when it was charged."""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbering", "0002_grammar_in_the_database")]

    operations = [
        migrations.AddField(
            model_name="didallocation",
            name="monthly_price",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0"),
                help_text="What the customer pays for the number, after each month; parts of a month by the day.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                verbose_name="monthly price",
            ),
        ),
        migrations.AddField(
            model_name="didallocation",
            name="charged_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="didallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("monthly_price__gte", 0)), name="did_allocation_price_not_negative"
            ),
        ),
    ]
