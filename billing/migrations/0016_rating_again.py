"""Jobs that rate calls again; a rating that was replaced is kept as it was."""

import django.db.models.deletion
import voipadmin.core.models
import voipadmin.core.validators
from decimal import Decimal
from django.db import migrations, models


ONLY_GROWS = """
CREATE FUNCTION billing_past_ratings_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ratings that were replaced are neither changed nor deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER past_ratings_only_grow BEFORE UPDATE OR DELETE ON billing_pastrating
    FOR EACH ROW EXECUTE FUNCTION billing_past_ratings_only_grow();
"""
UNDO = """
DROP TRIGGER past_ratings_only_grow ON billing_pastrating;
DROP FUNCTION billing_past_ratings_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0015_decks_line_by_line"),
        ("customers", "0003_grammar_in_the_database"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rerating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=voipadmin.core.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("started_from", models.DateTimeField(verbose_name="calls from")),
                ("started_before", models.DateTimeField(verbose_name="calls before")),
                (
                    "reason",
                    models.CharField(
                        max_length=200, validators=[voipadmin.core.validators.validate_text], verbose_name="reason"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("computing", "Being computed"),
                            ("ready", "Ready to approve"),
                            ("approved", "Approved, being written"),
                            ("applied", "Written"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="computing",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                ("progress", models.JSONField(blank=True, default=dict)),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("prices", models.CharField(blank=True, editable=False, max_length=32)),
                ("actor", models.CharField(blank=True, editable=False, max_length=60, verbose_name="by")),
                (
                    "approved_by",
                    models.CharField(blank=True, editable=False, max_length=60, verbose_name="approved by"),
                ),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="approved at"),
                ),
                ("applied_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="written at")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all customers.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reratings",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "re-rating",
                "verbose_name_plural": "re-ratings",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="ReratedCall",
            fields=[
                ("tariff_id", models.UUIDField(null=True)),
                ("matched_pattern", models.CharField(blank=True, max_length=60)),
                ("applied_rate", models.CharField(blank=True, max_length=160)),
                ("billed_seconds", models.PositiveIntegerField(null=True)),
                ("price", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("cost", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("margin", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("cost_currency", models.CharField(blank=True, max_length=3)),
                ("cost_source", models.CharField(max_length=8)),
                ("unrated_reason", models.CharField(blank=True, max_length=40)),
                ("uncharged_reason", models.CharField(blank=True, max_length=10)),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("cdr_id", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("old_tariff_id", models.UUIDField(null=True)),
                ("old_price", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("old_cost", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("old_currency", models.CharField(blank=True, max_length=3)),
                ("old_applied_rate", models.CharField(blank=True, max_length=160)),
                ("old_uncharged_reason", models.CharField(blank=True, max_length=10)),
                ("entry_id", models.UUIDField(default=voipadmin.core.models.new_id)),
                ("movement", models.DecimalField(decimal_places=6, default=Decimal("0"), max_digits=20)),
                ("entry_currency", models.CharField(blank=True, max_length=3)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="billing.account",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                    ),
                ),
                (
                    "rerating",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="billing.rerating",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PastRating",
            fields=[
                ("tariff_id", models.UUIDField(null=True)),
                ("matched_pattern", models.CharField(blank=True, max_length=60)),
                ("applied_rate", models.CharField(blank=True, max_length=160)),
                ("billed_seconds", models.PositiveIntegerField(null=True)),
                ("price", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("cost", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("margin", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("cost_currency", models.CharField(blank=True, max_length=3)),
                ("cost_source", models.CharField(max_length=8)),
                ("unrated_reason", models.CharField(blank=True, max_length=40)),
                ("uncharged_reason", models.CharField(blank=True, max_length=10)),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("cdr_id", models.UUIDField()),
                ("version", models.PositiveSmallIntegerField()),
                ("replaced_at", models.DateTimeField()),
                (
                    "rerating",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced",
                        to="billing.rerating",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReratingDifference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("calls", models.PositiveIntegerField(verbose_name="calls")),
                ("old_price", models.DecimalField(decimal_places=6, max_digits=24, verbose_name="price now")),
                ("new_price", models.DecimalField(decimal_places=6, max_digits=24, verbose_name="new price")),
                ("movement", models.DecimalField(decimal_places=6, max_digits=24, verbose_name="balance")),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "rerating",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="differences", to="billing.rerating"
                    ),
                ),
            ],
            options={
                "ordering": ["customer__code", "currency"],
            },
        ),
        migrations.AddConstraint(
            model_name="rerating",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["computing", "ready", "approved", "applied", "cancelled"])),
                name="rerating_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rerating",
            constraint=models.CheckConstraint(
                condition=models.Q(("started_before__gt", models.F("started_from"))),
                name="rerating_ends_after_it_starts",
                violation_error_message="The end must be after the start.",
            ),
        ),
        migrations.AddIndex(
            model_name="reratedcall",
            index=models.Index(fields=["rerating", "id"], name="rerated_call_of_job"),
        ),
        migrations.AddConstraint(
            model_name="pastrating",
            constraint=models.UniqueConstraint(fields=("cdr_id", "version"), name="past_rating_once"),
        ),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
