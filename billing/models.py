"""Tariffs and call detail records."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from numbering.models import DID
from routing.models import Gateway, Route
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Rounding(models.TextChoices):
    """How a call's total is rounded, once."""

    UP = "up", _("Up")
    HALF_UP = "half_up", _("Half up")
    DOWN = "down", _("Down")


class Tariff(BaseModel):
    """What calls to a destination cost and sell for, from a moment on."""

    name = models.CharField(
        _("destination"),
        max_length=120,
        validators=[validators.validate_name],
        help_text=_("For people: Brazil, mobile, São Paulo."),
    )
    pattern = models.CharField(
        _("prefix or pattern"),
        max_length=60,
        validators=[validators.validate_pattern],
        help_text=_("E.164 digits (5511) or an Asterisk pattern (_55ZZ9XXXXXXXX); the longest match wins."),
    )
    cost_per_minute = models.DecimalField(
        _("cost per minute"),
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=NOT_NEGATIVE,
        help_text=_("Empty: the provider's cost per minute."),
    )
    price_per_minute = models.DecimalField(
        _("price per minute"), max_digits=12, decimal_places=6, validators=NOT_NEGATIVE
    )
    connect_fee = models.DecimalField(
        _("connect fee"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    minimum_charge = models.DecimalField(
        _("minimum charge"), max_digits=12, decimal_places=6, default=Decimal(0), validators=NOT_NEGATIVE
    )
    initial_block_seconds = models.PositiveSmallIntegerField(
        _("initial block"), default=30, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    increment_seconds = models.PositiveSmallIntegerField(
        _("increment"), default=6, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )
    free_seconds = models.PositiveSmallIntegerField(
        _("free seconds"), default=3, help_text=_("Calls up to this long cost nothing.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    rounding = models.CharField(_("rounding"), max_length=7, choices=Rounding.choices, default=Rounding.HALF_UP)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=4, validators=[MaxValueValidator(6)])
    effective_from = models.DateTimeField(_("effective from"), default=timezone.now)
    effective_until = models.DateTimeField(_("effective until"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["pattern", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_per_minute__isnull=True) | Q(cost_per_minute__gte=0), name="tariff_cost_not_negative"
            ),
            models.CheckConstraint(condition=Q(price_per_minute__gte=0), name="tariff_price_not_negative"),
            models.CheckConstraint(
                condition=Q(initial_block_seconds__gte=1, increment_seconds__gte=1), name="tariff_blocks_positive"
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=models.F("effective_from")),
                name="tariff_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
            models.UniqueConstraint(
                fields=["pattern", "effective_from"],
                name="tariff_pattern_once_at_a_time",
                violation_error_message=_("There is already a tariff for this prefix from that moment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this tariff."""
        return reverse("billing:tariff_detail", args=[self.pk])

    @property
    def margin_per_minute(self) -> Decimal | None:
        """Return price less cost per minute, or None where the cost is the provider's."""
        return None if self.cost_per_minute is None else self.price_per_minute - self.cost_per_minute

    @property
    def margin_percent(self) -> Decimal | None:
        """Return the margin in percent of the price, or None where it has none."""
        margin = self.margin_per_minute
        return None if margin is None or not self.price_per_minute else 100 * margin / self.price_per_minute


class Direction(models.TextChoices):
    """Which way a call went, seen from the customer."""

    OUTBOUND = "outbound", _("Outgoing")
    INBOUND = "inbound", _("Incoming")
    INTERNAL = "internal", _("Internal")
    UNKNOWN = "unknown", _("Unknown")


class Disposition(models.TextChoices):
    """How a call ended, in Asterisk's words."""

    ANSWERED = "ANSWERED", _("Answered")
    NO_ANSWER = "NO ANSWER", _("No answer")
    BUSY = "BUSY", _("Busy")
    FAILED = "FAILED", _("Failed")
    CONGESTION = "CONGESTION", _("Congestion")


class CostSource(models.TextChoices):
    """Where the cost of a call came from."""

    TARIFF = "tariff", _("Tariff")
    PROVIDER = "provider", _("Provider")
    NONE = "none", _("None")


class CdrQuerySet(VisibleQuerySet):
    """Call detail records."""

    users_path = "customer__users"

    def calls(self) -> "CdrQuerySet":
        """Return one row per call: its last attempt, which carried it where it was answered."""
        return self.filter(is_last_attempt=True)


class Cdr(BaseModel):
    """One attempt of a call as Asterisk recorded it, attributed and priced. Durations are seconds."""

    node_name = models.CharField(_("node"), max_length=60)
    uniqueid = models.CharField(max_length=150)
    linkedid = models.CharField(max_length=150, db_index=True)
    sequence = models.BigIntegerField()
    payload_hash = models.CharField(max_length=64, editable=False)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    is_last_attempt = models.BooleanField(default=True)

    src = models.CharField(_("from"), max_length=80)
    dst = models.CharField(_("to"), max_length=80)
    dialled = models.CharField(_("dialled"), max_length=80, blank=True)
    caller_id = models.CharField(_("caller ID"), max_length=160, blank=True)
    channel = models.CharField(max_length=160, blank=True)
    destination_channel = models.CharField(max_length=160, blank=True)
    started_at = models.DateTimeField(_("started at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"))
    duration_seconds = models.DecimalField(_("duration"), max_digits=14, decimal_places=6)
    billable_seconds = models.DecimalField(_("billable"), max_digits=14, decimal_places=6)
    disposition = models.CharField(_("disposition"), max_length=12, choices=Disposition.choices)
    cause = models.PositiveSmallIntegerField(_("cause"), null=True, blank=True)
    sip_code = models.PositiveSmallIntegerField(_("SIP code"), null=True, blank=True)
    post_dial_delay_ms = models.PositiveIntegerField(_("post-dial delay"), null=True, blank=True)

    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices, default=Direction.UNKNOWN)
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="cdrs", verbose_name=_("customer")
    )
    gateway = models.ForeignKey(
        Gateway, on_delete=models.SET_NULL, null=True, blank=True, related_name="cdrs", verbose_name=_("gateway")
    )
    route = models.ForeignKey(
        Route, on_delete=models.SET_NULL, null=True, blank=True, related_name="cdrs", verbose_name=_("route")
    )
    did = models.ForeignKey(
        DID, on_delete=models.SET_NULL, null=True, blank=True, related_name="cdrs", verbose_name=_("DID")
    )

    tariff = models.ForeignKey(
        Tariff, on_delete=models.PROTECT, null=True, blank=True, related_name="cdrs", verbose_name=_("tariff")
    )
    billed_seconds = models.PositiveIntegerField(_("billed"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=16, decimal_places=6, null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=16, decimal_places=6, null=True, blank=True)
    margin = models.DecimalField(_("margin"), max_digits=16, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cost_source = models.CharField(max_length=8, choices=CostSource.choices, default=CostSource.NONE)
    unrated_reason = models.CharField(_("why it has no price"), max_length=40, blank=True)

    objects = CdrQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["node_name", "uniqueid", "sequence"], name="cdr_once_per_node"),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="cdr_newest_first"),
            models.Index(fields=["customer", "-started_at"], name="cdr_of_customer"),
            models.Index(fields=["gateway", "-started_at"], name="cdr_of_gateway"),
            models.Index(fields=["did", "-started_at"], name="cdr_of_did", condition=Q(did__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.src} → {self.dst}"

    def get_absolute_url(self) -> str:
        """Return the page of this call."""
        return reverse("billing:cdr_detail", args=[self.pk])

    def clean(self) -> None:
        """A record with a price has a tariff."""
        if self.price is not None and self.tariff_id is None:
            raise ValidationError({"tariff": _("A price needs the tariff that it came from.")})


class RejectedRecord(BaseModel):
    """A spool line that could not become a record, kept with its reason."""

    node_name = models.CharField(_("node"), max_length=60)
    path = models.CharField(max_length=500)
    offset = models.BigIntegerField()
    line = models.BinaryField()
    line_hash = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=200)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rejected record")
        verbose_name_plural = _("rejected records")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["node_name", "line_hash"], name="rejected_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.path}:{self.offset}"


class SpoolPosition(BaseModel):
    """How far a node's spool file has been read; committed with the rows that were read."""

    node_name = models.CharField(_("node"), max_length=60)
    inode = models.DecimalField(max_digits=20, decimal_places=0)
    device = models.DecimalField(max_digits=20, decimal_places=0)
    path = models.CharField(max_length=500)
    offset = models.BigIntegerField(default=0)
    # The first bytes' hash tells a new file that was given an old inode number.
    head_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("spool position")
        verbose_name_plural = _("spool positions")
        constraints = [
            models.UniqueConstraint(fields=["node_name", "device", "inode"], name="spool_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.path}@{self.offset}"
