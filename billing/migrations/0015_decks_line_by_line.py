"""The lines, the file and the ended rates of decks; a rate that was superseded before it began stays."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


def money(label, **options):
    return models.DecimalField(label, max_digits=12, decimal_places=6, **options)


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_price_versions")]

    operations = [
        migrations.RemoveConstraint(model_name="buyrate", name="buy_rate_once_at_a_time"),
        migrations.AddConstraint(
            model_name="buyrate",
            constraint=models.UniqueConstraint(
                condition=models.Q(effective_until__isnull=True)
                | models.Q(effective_until__gt=models.F("effective_from")),
                fields=("provider", "pattern", "origin_prefix", "window", "effective_from"),
                name="buy_rate_once_at_a_time",
                nulls_distinct=False,
            ),
        ),
        migrations.CreateModel(
            name="DeckFile",
            fields=[
                (
                    "deck",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="billing.deck",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="DeckRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("up", "Dearer"),
                            ("down", "Cheaper"),
                            ("terms", "Other terms"),
                            ("same", "Unchanged"),
                            ("blocked", "Blocked"),
                            ("gone", "Gone"),
                        ],
                        max_length=8,
                        verbose_name="change",
                    ),
                ),
                ("pattern", models.CharField(max_length=60, verbose_name="prefix")),
                ("origin_prefix", models.CharField(blank=True, max_length=15, verbose_name="origin")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="destination")),
                ("old_price", money("price now", null=True)),
                ("price_per_minute", money("new price", default=Decimal(0))),
                ("connect_fee", money("connect fee", default=Decimal(0))),
                ("minimum_charge", money("minimum charge", default=Decimal(0))),
                ("initial_block_seconds", models.PositiveSmallIntegerField(default=1, verbose_name="initial block")),
                ("increment_seconds", models.PositiveSmallIntegerField(default=1, verbose_name="increment")),
                ("free_seconds", models.PositiveSmallIntegerField(default=0, verbose_name="free seconds")),
                ("is_blocked", models.BooleanField(default=False, verbose_name="blocked")),
                ("begins", models.DateTimeField(null=True, verbose_name="effective from")),
                ("sold_for", money("sold for", null=True)),
                (
                    "deck",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="billing.deck",
                    ),
                ),
            ],
            options={
                "ordering": ["pattern", "origin_prefix", "begins"],
                "indexes": [
                    models.Index(fields=["deck", "change", "pattern"], name="deck_row_by_change"),
                    models.Index(
                        condition=models.Q(("sold_for__gt", 0)), fields=["deck", "pattern"], name="deck_row_below_cost"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("change__in", ["new", "up", "down", "terms", "same", "blocked", "gone"])
                        ),
                        name="deck_row_change_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EndedRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("had_end", models.DateTimeField(null=True)),
                ("new_end", models.DateTimeField()),
                (
                    "deck",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ended_rates", to="billing.deck"
                    ),
                ),
                (
                    "rate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ended_by", to="billing.buyrate"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("deck", "rate"), name="rate_ended_once_by_a_deck")]
            },
        ),
    ]
