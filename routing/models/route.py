"""The outbound routes over gateways."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from routing.models.gateway import Gateway
from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices
from voipadmin.core.text import grammar


class GatewaySelection(models.TextChoices):
    """In which order a route tries its gateways."""

    ORDER = "order", _("In order")
    WEIGHT = "weight", _("By weight")
    COST = "cost", _("By cost")


class Route(BaseModel):
    """An outbound route: numbers of a pattern go out by these gateways."""

    keeps_changelog = True
    changelog_links = ("customers",)

    name = models.CharField(_("name"), max_length=120, validators=[validators.validate_name])
    pattern = models.CharField(
        _("pattern"),
        max_length=60,
        validators=[validators.validate_pattern],
        help_text=_(
            "As dialled, in Asterisk's notation: _0ZZXXXXXXXX, _00. Or digits as in a tariff: 5599 for what begins so."
        ),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(9_999)],
        help_text=_("The lowest is tried first, whatever the patterns."),
    )
    selection = models.CharField(
        _("gateways are tried"), max_length=6, choices=GatewaySelection.choices, default=GatewaySelection.ORDER
    )
    strip_digits = models.PositiveSmallIntegerField(
        _("strip"), default=0, validators=[MaxValueValidator(15)], help_text=_("Leading digits taken off first.")
    )
    prepend = models.CharField(
        _("prepend"),
        max_length=20,
        blank=True,
        validators=[validators.prefix_digits_validator],
        help_text=_("Digits put in front after stripping: 55."),
    )
    caller_id_number = models.CharField(
        _("caller ID number"),
        max_length=15,
        blank=True,
        validators=[validators.e164_validator],
        help_text=_("Shown instead of the caller's own on this route."),
    )
    ring_seconds = models.PositiveSmallIntegerField(
        _("ring time"), default=60, validators=[MinValueValidator(5), MaxValueValidator(300)]
    )
    gateways = models.ManyToManyField(
        Gateway, through="RouteGateway", related_name="routes", verbose_name=_("gateways")
    )
    customers = models.ManyToManyField(
        Customer,
        related_name="routes",
        blank=True,
        verbose_name=_("customers"),
        help_text=_("None chosen: the route is for all."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["priority", "pattern", "name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="route_name_unique", violation_error_message=_("This name is taken.")
            ),
            models.CheckConstraint(condition=models.Q(priority__gte=1), name="route_priority_positive"),
            models.CheckConstraint(
                condition=models.Q(pattern__regex=rf"^{grammar.PATTERN_SHAPE}$", prepend__regex=r"^\+?[0-9]*$"),
                name="route_fits_asterisk",
            ),
            known_choices("route_selection_known", selection=GatewaySelection),
        ]

    def __str__(self) -> str:
        return f"{self.priority} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this route."""
        return reverse("routing:route_detail", args=[self.pk])

    def clean(self) -> None:
        """Stripping leaves at least one digit of the shortest number that the pattern matches."""
        shortest = grammar.shortest_match(self.pattern)
        if self.strip_digits and self.strip_digits >= shortest:
            error = ValidationError(
                _("The shortest number of this pattern has %(count)s digits: strip fewer."), params={"count": shortest}
            )
            raise ValidationError({"strip_digits": error})


class RouteGateway(BaseModel):
    """A gateway's place in a route."""

    keeps_changelog = True
    changelog_parents = ("route", "gateway")

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="steps", verbose_name=_("route"))
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="steps", verbose_name=_("gateway"))
    position = models.PositiveSmallIntegerField(_("position"), default=1, validators=[MinValueValidator(1)])
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("gateway of a route")
        verbose_name_plural = _("gateways of a route")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "gateway"],
                name="route_gateway_once",
                violation_error_message=_("This gateway is already in the route."),
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=1, position__gte=1), name="route_gateway_weight_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.gateway}"

    def clean(self) -> None:
        """Outgoing calls go only to providers that carry them."""
        if self.gateway_id and not self.gateway.provider.carries_calls:
            error = ValidationError(
                _("%(provider)s sells numbers only and carries no outgoing calls."),
                params={"provider": self.gateway.provider},
            )
            raise ValidationError({"gateway": error})
