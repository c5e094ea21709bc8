"""Re-rating: the job, the calls that it would change, and the ratings that were replaced."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.account import Account
from customers.models import Customer
from voipadmin.core import validators
from voipadmin.core.models import JobModel, VisibleQuerySet, known_choices, new_id


class ReratingStatus(models.TextChoices):
    """How far a job has come."""

    COMPUTING = "computing", _("Being computed")
    READY = "ready", _("Ready to approve")
    APPROVED = "approved", _("Approved, being written")
    APPLIED = "applied", _("Written")
    CANCELLED = "cancelled", _("Cancelled")


class Rerating(JobModel):
    """A period whose calls are rated again; nothing of it counts before it is approved."""

    started_from = models.DateTimeField(_("calls from"))
    started_before = models.DateTimeField(_("calls before"))
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reratings",
        verbose_name=_("customer"),
        help_text=_("Empty: all customers."),
    )
    reason = models.CharField(_("reason"), max_length=200, validators=[validators.validate_text])
    status = models.CharField(_("status"), max_length=9, choices=ReratingStatus.choices, default="computing")
    # Calls seen so far and in all, in percent; then calls written.
    progress = models.JSONField(default=dict, blank=True)
    # How many calls were looked at, changed, and left alone because something else changed them first.
    summary = models.JSONField(default=dict, blank=True)
    # A mark of all prices and terms as they were when the preview began.
    prices = models.CharField(max_length=32, blank=True, editable=False)
    actor = models.CharField(_("by"), max_length=60, blank=True, editable=False)
    approved_by = models.CharField(_("approved by"), max_length=60, blank=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)
    applied_at = models.DateTimeField(_("written at"), null=True, blank=True, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-rating")
        verbose_name_plural = _("re-ratings")
        ordering = ["-created_at"]
        constraints = [
            known_choices("rerating_status_known", status=ReratingStatus),
            models.CheckConstraint(
                condition=Q(started_before__gt=F("started_from")),
                name="rerating_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    def get_absolute_url(self) -> str:
        """Return the page of this job."""
        return reverse("billing:rerating_detail", args=[self.pk])


class ReratingDifference(models.Model):
    """What a job changes for one customer in one currency."""

    id = models.BigAutoField(primary_key=True)
    rerating = models.ForeignKey(Rerating, on_delete=models.CASCADE, related_name="differences")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, verbose_name=_("customer"))
    currency = models.CharField(_("currency"), max_length=3)
    calls = models.PositiveIntegerField(_("calls"))
    old_price = models.DecimalField(_("price now"), max_digits=24, decimal_places=6)
    new_price = models.DecimalField(_("new price"), max_digits=24, decimal_places=6)
    # What the ledger gets: above zero for the customer.
    movement = models.DecimalField(_("balance"), max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["customer__code", "currency"]

    def __str__(self) -> str:
        return f"{self.customer} {self.movement} {self.currency}"


class RatingColumns(models.Model):
    """What rating says of a call, as its record holds it."""

    tariff_id = models.UUIDField(null=True)
    matched_pattern = models.CharField(max_length=60, blank=True)
    applied_rate = models.CharField(max_length=160, blank=True)
    billed_seconds = models.PositiveIntegerField(null=True)
    price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    cost = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    margin = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True)
    cost_source = models.CharField(max_length=8)
    unrated_reason = models.CharField(max_length=40, blank=True)
    uncharged_reason = models.CharField(max_length=10, blank=True)

    class Meta:
        abstract = True


class ReratedCall(RatingColumns):
    """A call that a job would change: how it was found, and how it would be. It goes when it is written."""

    id = models.BigAutoField(primary_key=True)
    rerating = models.ForeignKey(Rerating, on_delete=models.CASCADE, related_name="calls", db_index=False)
    cdr_id = models.UUIDField()
    started_at = models.DateTimeField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, db_index=False, db_constraint=False)
    # Where any of these differs from the record, something else changed it after the preview.
    old_tariff_id = models.UUIDField(null=True)
    old_price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    old_cost = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    old_currency = models.CharField(max_length=3, blank=True)
    old_applied_rate = models.CharField(max_length=160, blank=True)
    old_uncharged_reason = models.CharField(max_length=10, blank=True)
    # The entry that the ledger gets, where its movement is not zero.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, db_index=False, db_constraint=False)
    entry_id = models.UUIDField(default=new_id)
    movement = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0))
    entry_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        indexes = [models.Index(fields=["rerating", "id"], name="rerated_call_of_job")]

    def __str__(self) -> str:
        return str(self.cdr_id)


class PastRating(RatingColumns):
    """What a call's record said before a job replaced it. Never changed, never deleted: the database refuses both."""

    id = models.BigAutoField(primary_key=True)
    # The record, which may be dropped with its month.
    cdr_id = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    rerating = models.ForeignKey(Rerating, on_delete=models.PROTECT, related_name="replaced", db_index=False)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cdr_id", "version"], name="past_rating_once")]

    def __str__(self) -> str:
        return f"{self.cdr_id} {self.version}"
