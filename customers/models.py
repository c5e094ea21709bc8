"""Customers, the addresses of their trunks and their extensions."""

import secrets
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField, NetworkField
from voipadmin.core.models import BaseModel, VisibleQuerySet
from voipadmin.users.models import User


class CustomerType(models.TextChoices):
    """How a customer connects."""

    TRUNK = "trunk", _("SIP trunk by IP")
    EXTENSION = "extension", _("Extensions")


class CustomerStatus(models.TextChoices):
    """Whether a customer's calls are let through."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class CustomerQuerySet(VisibleQuerySet):
    """Customers."""

    users_path = "users"


class Customer(BaseModel):
    """A company that buys calls; what it owes is another app's matter."""

    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[validators.validate_code],
        help_text=_("Short and unique, letters, digits, - and _. It names the customer in Asterisk: ACME."),
    )
    name = models.CharField(_("name"), max_length=120, validators=[validators.validate_name])
    type = models.CharField(_("type"), max_length=10, choices=CustomerType.choices, default=CustomerType.TRUNK)
    status = models.CharField(
        _("status"), max_length=10, choices=CustomerStatus.choices, default=CustomerStatus.ACTIVE, db_index=True
    )
    channel_limit = models.PositiveIntegerField(
        _("channel limit"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("Calls at the same time, incoming and outgoing together."),
    )
    calls_per_second = models.PositiveIntegerField(
        _("calls per second"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text=_("New outgoing calls per second."),
    )
    caller_id_number = models.CharField(
        _("caller ID number"),
        max_length=15,
        blank=True,
        validators=[validators.e164_validator],
        help_text=_("Shown on outgoing calls where the extension has none: 551140001000."),
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True, validators=[validators.validate_text])
    contact_email = models.EmailField(_("e-mail"), blank=True)
    contact_phone = models.CharField(
        _("phone"), max_length=21, blank=True, validators=[validators.validate_dialled_number]
    )
    notes = models.TextField(_("notes"), blank=True, max_length=4000, validators=[validators.validate_text])
    users = models.ManyToManyField(
        User, verbose_name=_("users"), related_name="customers", blank=True, help_text=_("Who may log in for it.")
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"), name="customer_code_unique", violation_error_message=_("This code is taken.")
            ),
            models.CheckConstraint(condition=models.Q(channel_limit__gte=1), name="customer_channel_limit_positive"),
            models.CheckConstraint(condition=models.Q(calls_per_second__gte=1), name="customer_cps_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this customer."""
        return reverse("customers:customer_detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Tell whether its calls are let through."""
        return self.status == CustomerStatus.ACTIVE


class Transport(models.TextChoices):
    """SIP transports that Asterisk is set up for."""

    UDP = "udp", "UDP"
    TCP = "tcp", "TCP"
    TLS = "tls", "TLS"


class TrunkAddressQuerySet(VisibleQuerySet):
    """Trunk addresses."""

    users_path = "customer__users"


class TrunkAddress(BaseModel):
    """An address or network from which a trunk customer calls, and to which its numbers' calls may be sent."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="trunk_addresses", verbose_name=_("customer")
    )
    network = NetworkField(
        _("IP or network"), help_text=_("203.0.113.7, or 203.0.113.0/29: every address in it may call.")
    )
    port = models.PositiveIntegerField(
        _("port"), default=5060, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    transport = models.CharField(_("transport"), max_length=3, choices=Transport.choices, default=Transport.UDP)
    receives_calls = models.BooleanField(
        _("receives calls"), default=True, help_text=_("Calls to the customer's numbers are sent here.")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=1, help_text=_("The lowest is tried first."))

    objects = TrunkAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("trunk address")
        verbose_name_plural = _("trunk addresses")
        ordering = ["customer", "priority", "network"]
        constraints = [
            # An address identifies one customer: two that overlap would let one call on the other's bill.
            ExclusionConstraint(
                name="trunk_address_no_overlap",
                expressions=[(OpClass("network", "inet_ops"), "&&")],
                index_type="gist",
                violation_error_message=_("This address is, in whole or in part, already that of a customer."),
            ),
            models.CheckConstraint(
                condition=models.Q(port__gte=1, port__lte=65_535), name="trunk_address_port_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network}:{self.port}"

    def clean(self) -> None:
        """A network cannot receive calls, and only trunk customers have addresses."""
        if self.receives_calls and "/" in str(self.network or ""):
            raise ValidationError({"receives_calls": _("Calls can be sent to a single address only, not a network.")})
        if self.customer_id and self.customer.type != CustomerType.TRUNK:
            raise ValidationError(_("Only a customer of type trunk has addresses."))


def generate_sip_username() -> str:
    """Return a SIP user name that is hard to guess: `u` and 15 hexadecimal digits (60 bits)."""
    return "u" + secrets.token_hex(8)[:15]


def generate_sip_secret() -> str:
    """Return a SIP password of 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


class ExtensionQuerySet(VisibleQuerySet):
    """Extensions."""

    users_path = "customer__users"


class Extension(BaseModel):
    """A SIP account of a customer, reached by a short number."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="extensions", verbose_name=_("customer")
    )
    number = models.CharField(
        _("number"),
        max_length=10,
        validators=[validators.extension_number_validator],
        help_text=_("What colleagues dial, such as 1001."),
    )
    sip_username = models.CharField(
        _("SIP user name"),
        max_length=60,
        unique=True,
        default=generate_sip_username,
        validators=[validators.validate_sip_username, validators.validate_code],
    )
    secret = EncryptedTextField(_("secret"), default=generate_sip_secret, validators=[validators.validate_sip_secret])
    caller_id_name = models.CharField(
        _("caller ID name"), max_length=40, blank=True, validators=[validators.validate_caller_id_name]
    )
    caller_id_number = models.CharField(
        _("caller ID number"),
        max_length=15,
        blank=True,
        validators=[validators.e164_validator],
        help_text=_("Shown on outgoing calls instead of the customer's: 551140001001."),
    )
    codecs = models.CharField(
        _("codecs"),
        max_length=100,
        default="alaw,ulaw",
        validators=[validators.validate_codecs],
        help_text=_("In order of preference: alaw,ulaw,g729."),
    )
    max_contacts = models.PositiveSmallIntegerField(
        _("devices"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("How many phones may register at once."),
    )
    forward_to = models.CharField(
        _("forward to"),
        max_length=21,
        blank=True,
        validators=[validators.validate_dialled_number],
        help_text=_("Calls to this extension go to this number, on the customer's account."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["customer__code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "number"],
                name="extension_number_unique",
                violation_error_message=_("This customer already has an extension with this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_contacts__gte=1, max_contacts__lte=10), name="extension_contacts_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.customer.code}"

    def get_absolute_url(self) -> str:
        """Return the page of this extension."""
        return reverse("customers:extension_detail", args=[self.pk])

    def clean(self) -> None:
        """Only customers of type extension have extensions."""
        if self.customer_id and self.customer.type != CustomerType.EXTENSION:
            raise ValidationError({"customer": _("Only a customer of type extension has extensions.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the codec list in one canonical form."""
        self.codecs = ",".join(part.strip() for part in self.codecs.split(","))
        super().save(*args, **kwargs)
