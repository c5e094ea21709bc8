"""Providers, their SIP gateways, and the outbound routes over them."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Transport
from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet


class ProviderType(models.TextChoices):
    """What is bought from a provider."""

    TERMINATION = "termination", _("Termination (outgoing)")
    ORIGINATION = "origination", _("Origination (numbers)")
    BOTH = "both", _("Both")


class Provider(BaseModel):
    """An upstream carrier."""

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
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this provider."""
        return reverse("routing:provider_detail", args=[self.pk])


class Authentication(models.TextChoices):
    """How gateway and panel know each other."""

    IP = "ip", _("By IP address")
    REGISTRATION = "registration", _("By registration")


class NumberFormat(models.TextChoices):
    """How a carrier writes the numbers that it sends."""

    E164 = "e164", _("551140001000 or +551140001000")
    NATIONAL = "national", _("1140001000 (area code and number)")
    TRUNK_ZERO = "trunk_zero", _("01140001000 (zero, area code and number)")
    AUTOMATIC = "automatic", _("Any of these; 55 in front is the country code")


class CallerIdRule(models.TextChoices):
    """Which caller number a carrier is shown."""

    KEEP = "keep", _("As it comes")
    E164 = "e164", _("551140001000")
    E164_PLUS = "e164_plus", _("+551140001000")
    NATIONAL = "national", _("1140001000")
    FIXED = "fixed", _("Always the number below")


class Gateway(BaseModel):
    """One SIP peer of a provider; its name is its id in Asterisk."""

    name = models.CharField(
        _("name"),
        max_length=60,
        validators=[validators.validate_code],
        help_text=_("Letters, digits, - and _; seen in Asterisk: GW_Vivo_SP."),
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="gateways", verbose_name=_("provider")
    )
    host = models.CharField(
        _("host"),
        max_length=253,
        validators=[validators.validate_host],
        help_text=_("IP address or name: 200.200.200.200."),
    )
    port = models.PositiveIntegerField(
        _("port"), default=5060, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    transport = models.CharField(_("transport"), max_length=3, choices=Transport.choices, default=Transport.UDP)
    codecs = models.CharField(
        _("codecs"),
        max_length=100,
        default="alaw,ulaw",
        validators=[validators.validate_codecs],
        help_text=_("In order of preference: alaw,ulaw,g729."),
    )
    authentication = models.CharField(
        _("authentication"), max_length=12, choices=Authentication.choices, default=Authentication.IP
    )
    username = models.CharField(
        _("user name"), max_length=60, blank=True, validators=[validators.validate_sip_username]
    )
    secret = EncryptedTextField(_("secret"), blank=True, validators=[validators.validate_sip_secret])
    tech_prefix = models.CharField(
        _("tech prefix"),
        max_length=20,
        blank=True,
        validators=[validators.digits_validator],
        help_text=_("Put before every number sent: 1234#."),
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
    number_format = models.CharField(
        _("format of incoming numbers"), max_length=10, choices=NumberFormat.choices, default=NumberFormat.AUTOMATIC
    )
    caller_id_rule = models.CharField(
        _("caller ID rule"), max_length=10, choices=CallerIdRule.choices, default=CallerIdRule.KEEP
    )
    caller_id_number = models.CharField(
        _("fixed caller ID"), max_length=15, blank=True, validators=[validators.e164_validator]
    )
    channel_limit = models.PositiveIntegerField(
        _("channel limit"), default=30, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    qualify = models.BooleanField(
        _("qualify"), default=True, help_text=_("Ask it every minute whether it is there; a dead one is skipped.")
    )
    reroute_forbidden = models.BooleanField(
        _("reroute on 403"),
        default=False,
        help_text=_("This carrier answers 403 for trouble of its own: try the next gateway then."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="gateway_name_unique", violation_error_message=_("This name is taken.")
            ),
            models.CheckConstraint(condition=models.Q(channel_limit__gte=1), name="gateway_channel_limit_positive"),
            models.CheckConstraint(condition=models.Q(port__gte=1, port__lte=65_535), name="gateway_port_in_range"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this gateway."""
        return reverse("routing:gateway_detail", args=[self.pk])

    def clean(self) -> None:
        """Registration needs a user name and a secret, a fixed caller id its number."""
        if self.authentication == Authentication.REGISTRATION and not (self.username and self.secret):
            raise ValidationError({"username": _("Registration needs a user name and a secret.")})
        if self.caller_id_rule == CallerIdRule.FIXED and not self.caller_id_number:
            raise ValidationError({"caller_id_number": _("Enter the number that this carrier is always shown.")})


class GatewaySelection(models.TextChoices):
    """In which order a route tries its gateways."""

    ORDER = "order", _("In order")
    WEIGHT = "weight", _("By weight")


class Route(BaseModel):
    """An outbound route: numbers of a pattern go out by these gateways."""

    name = models.CharField(_("name"), max_length=120, validators=[validators.validate_name])
    pattern = models.CharField(
        _("pattern"),
        max_length=60,
        validators=[validators.validate_pattern],
        help_text=_("As in Asterisk: _0ZZXXXXXXXX for landlines, _00. for international, 190 for one number."),
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
        ]

    def __str__(self) -> str:
        return f"{self.priority} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this route."""
        return reverse("routing:route_detail", args=[self.pk])


class RouteGateway(BaseModel):
    """A gateway's place in a route."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="steps", verbose_name=_("route"))
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="steps", verbose_name=_("gateway"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

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
            models.CheckConstraint(condition=models.Q(weight__gte=1), name="route_gateway_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.gateway}"
