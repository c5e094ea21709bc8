"""Upstream carriers."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices


class ProviderType(models.TextChoices):
    """What is bought from a provider."""

    TERMINATION = "termination", _("Termination (outgoing)")
    ORIGINATION = "origination", _("Origination (numbers)")
    BOTH = "both", _("Both")


class Provider(BaseModel):
    """An upstream carrier."""

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=120, validators=[validators.validate_name])
    type = models.CharField(_("type"), max_length=12, choices=ProviderType.choices, default=ProviderType.BOTH)
    cost_per_minute = models.DecimalField(
        _("cost per minute"),
        max_digits=12,
        decimal_places=6,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Used where no tariff names a cost."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    notes = models.TextField(_("notes"), blank=True, max_length=4000, validators=[validators.validate_text])

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="provider_name_unique", violation_error_message=_("This name is taken.")
            ),
            models.CheckConstraint(condition=models.Q(cost_per_minute__gte=0), name="provider_cost_not_negative"),
            known_choices("provider_type_known", type=ProviderType),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A provider whose gateways are in routes goes on carrying calls."""
        if not self._state.adding and not self.carries_calls and self.gateways.exclude(steps=None).exists():
            raise ValidationError({"type": _("Routes send calls to its gateways. Take them out of the routes first.")})

    @property
    def sells_numbers(self) -> bool:
        """Tell whether numbers are bought from it."""
        return self.type != ProviderType.TERMINATION

    @property
    def carries_calls(self) -> bool:
        """Tell whether outgoing calls are sold to it."""
        return self.type != ProviderType.ORIGINATION

    def get_absolute_url(self) -> str:
        """Return the page of this provider."""
        return reverse("routing:provider_detail", args=[self.pk])
