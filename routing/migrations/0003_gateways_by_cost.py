"""Routes whose gateways are tried by what the call costs with each."""

from django.db import migrations, models

CHOICES = [("order", "In order"), ("weight", "By weight"), ("cost", "By cost")]


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_grammar_in_the_database")]

    operations = [
        migrations.AlterField(
            model_name="route",
            name="selection",
            field=models.CharField(
                choices=CHOICES, default="order", max_length=6, verbose_name="gateways are tried"
            ),
        ),
        migrations.RemoveConstraint(model_name="route", name="route_selection_known"),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.CheckConstraint(
                condition=models.Q(("selection__in", ["order", "weight", "cost"])), name="route_selection_known"
            ),
        ),
    ]
