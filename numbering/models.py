"""DIDs and who they are, and were, allocated to."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerType, Extension
from routing.models import Gateway, Provider
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices


class DIDStatus(models.TextChoices):
    """Whether a number is free, a customer's, in quarantine, or taken out of choice."""

    FREE = "free", _("Free")
    ALLOCATED = "allocated", _("Allocated")
    QUARANTINED = "quarantined", _("In quarantine")
    BLOCKED = "blocked", _("Blocked")


class DIDQuerySet(VisibleQuerySet):
    """DIDs; a customer sees those that are its own now."""

    def visible_to(self, user: Any) -> "DIDQuerySet":
        """Return the numbers that `user` may see; an ended allocation no longer shows its number."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_everything:
            return self
        current = DIDAllocation.objects.filter(ends_at=None, customer__users=user)
        return self.filter(pk__in=current.values("did"))


class DID(BaseModel):
    """A public number of the inventory."""

    keeps_changelog = True

    number = models.CharField(
        _("number"),
        max_length=15,
        unique=True,
        validators=[validators.e164_validator],
        error_messages={"unique": _("This number is already in the inventory.")},
        help_text=_("E.164 without the plus: 551140001000."),
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="dids", verbose_name=_("provider"))
    gateway = models.ForeignKey(
        Gateway,
        on_delete=models.PROTECT,
        related_name="dids",
        null=True,
        blank=True,
        verbose_name=_("gateway"),
        help_text=_("Where its calls come in; any gateway where none is chosen."),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=DIDStatus.choices,
        default=DIDStatus.FREE,
        db_index=True,
        editable=False,
    )
    quarantined_until = models.DateTimeField(_("in quarantine until"), null=True, blank=True, editable=False)
    monthly_cost = models.DecimalField(
        _("monthly cost"),
        max_digits=12,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )
    notes = models.TextField(_("notes"), blank=True, max_length=4000, validators=[validators.validate_text])

    objects = DIDQuerySet.as_manager()

    class Meta:
        verbose_name = _("DID")
        verbose_name_plural = _("DIDs")
        ordering = ["number"]
        # People search for any part of a number.
        indexes = [GinIndex(fields=["number"], name="did_number_parts", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[1-9][0-9]{6,14}$"), name="did_number_is_e164"),
            models.CheckConstraint(condition=Q(monthly_cost__gte=0), name="did_monthly_cost_not_negative"),
            models.CheckConstraint(
                condition=(
                    Q(status="quarantined", quarantined_until__isnull=False)
                    | (~Q(status="quarantined") & Q(quarantined_until__isnull=True))
                ),
                name="did_quarantine_has_an_end",
                violation_error_message=_("A number in quarantine, and no other, has the day on which it ends."),
            ),
            known_choices("did_status_known", status=DIDStatus),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page of this number."""
        return reverse("numbering:did_detail", args=[self.pk])

    @property
    def monthly_cost_currency(self) -> str:
        """Return the currency of the rent that is paid: the provider's."""
        return self.provider.currency

    def clean(self) -> None:
        """The provider sells numbers, and the gateway, where there is one, is the provider's."""
        if self.provider_id and not self.provider.sells_numbers:
            raise ValidationError({"provider": _("This provider terminates calls only and has no numbers.")})
        if self.gateway_id and self.gateway and self.gateway.provider_id != self.provider_id:
            raise ValidationError({"gateway": _("This gateway belongs to another provider.")})
        if not self._state.adding and self.allocations.exists() and not self._keeps_its_number():
            raise ValidationError({"number": _("This number has a history; it cannot become another number.")})

    def _keeps_its_number(self) -> bool:
        return DID.objects.filter(pk=self.pk, number=self.number).exists()


class DestinationType(models.TextChoices):
    """Where the calls to a number go."""

    TRUNK = "trunk", _("The customer's trunk")
    EXTENSION = "extension", _("An extension")
    FORWARD = "forward", _("Forward to a number")


class TimeRange(Func):
    """PostgreSQL's `tstzrange(from, until, '[)')`."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class DIDAllocationQuerySet(VisibleQuerySet):
    """Allocations, ended ones included."""

    users_path = "customer__users"

    def current(self) -> "DIDAllocationQuerySet":
        """Return those that are in force."""
        return self.filter(ends_at__isnull=True)


class DIDAllocation(BaseModel):
    """A number is a customer's, from a moment until another; ended rows are the history."""

    keeps_changelog = True
    changelog_parents = ("did", "customer", "extension")

    did = models.ForeignKey(DID, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("DID"))
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="did_allocations", verbose_name=_("customer")
    )
    destination_type = models.CharField(_("destination"), max_length=10, choices=DestinationType.choices)
    extension = models.ForeignKey(
        Extension,
        on_delete=models.PROTECT,
        related_name="did_allocations",
        null=True,
        blank=True,
        verbose_name=_("extension"),
    )
    forward_to = models.CharField(
        _("forward to"), max_length=21, blank=True, validators=[validators.validate_dialled_number]
    )
    # Once ended, the extension's number is kept as text: the history must not keep the extension from being deleted.
    past_extension = models.CharField(max_length=10, blank=True, editable=False)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    monthly_price = models.DecimalField(
        _("monthly price"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("What the customer pays for the number, after each month; parts of a month by the day."),
    )
    # Up to when the fee is in the ledger; the end itself, once an ended allocation is settled.
    charged_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DIDAllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("DID allocation")
        verbose_name_plural = _("DID allocations")
        ordering = ["-starts_at"]
        constraints = [
            ExclusionConstraint(
                name="did_allocated_once_at_a_time",
                expressions=[
                    (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                    ("did", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This number is already allocated in that time."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="did_allocation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=(
                    Q(destination_type="trunk", extension__isnull=True, forward_to="")
                    | Q(destination_type="extension", extension__isnull=False, forward_to="")
                    | (Q(destination_type="forward", extension__isnull=True) & ~Q(forward_to=""))
                    | Q(ends_at__isnull=False)
                ),
                name="did_allocation_has_its_destination",
                violation_error_message=_("Choose the destination that belongs to the type."),
            ),
            models.CheckConstraint(condition=Q(monthly_price__gte=0), name="did_allocation_price_not_negative"),
            known_choices("did_allocation_destination_known", destination_type=DestinationType),
        ]

    def __str__(self) -> str:
        return f"{self.did} → {self.customer.code}"

    def clean(self) -> None:
        """The destination is the customer's own and of a kind that it has."""
        if self.extension_id and self.extension and self.extension.customer_id != self.customer_id:
            raise ValidationError({"extension": _("This extension belongs to another customer.")})
        if self.destination_type == DestinationType.EXTENSION and not self.extension_id and self.ends_at is None:
            raise ValidationError({"extension": _("Choose the extension that rings.")})
        if self.destination_type == DestinationType.FORWARD and not self.forward_to:
            raise ValidationError({"forward_to": _("Enter the number to which calls are forwarded.")})
        if self.destination_type == DestinationType.TRUNK and self.customer.type != CustomerType.TRUNK:
            raise ValidationError({"destination_type": _("This customer has no trunk.")})
        if self.forward_to and self.forward_to.removeprefix("+") == self.did.number:
            raise ValidationError({"forward_to": _("A number cannot be forwarded to itself.")})

    def is_current(self, at: datetime) -> bool:
        """Tell whether the allocation is in force at `at`."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    @property
    def destination(self) -> str:
        """Return the destination in words."""
        if self.destination_type == DestinationType.EXTENSION and self.extension:
            return self.extension.number
        return self.past_extension or self.forward_to or str(DestinationType(self.destination_type).label)
