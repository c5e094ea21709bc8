"""The SIP peers of providers."""

import ipaddress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Transport, TrunkAddress
from routing.models.provider import Provider
from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices
from voipadmin.core.text import grammar


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


class SentFormat(models.TextChoices):
    """How a carrier wants the called number written; every form is made from the number that was judged."""

    AS_DIALLED = "as_dialled", _("As the route writes it")
    E164 = "e164", _("551140001000")
    E164_PLUS = "e164_plus", _("+551140001000")
    NATIONAL = "national", _("1140001000; abroad 00 and the country")
    NATIONAL_ZERO = "zero", _("01140001000; abroad 00 and the country")
    NATIONAL_CARRIER = "carrier", _("0 21 1140001000, with the carrier's code")


class CallerIdRule(models.TextChoices):
    """Which caller number a carrier is shown."""

    KEEP = "keep", _("As it comes")
    E164 = "e164", _("551140001000")
    E164_PLUS = "e164_plus", _("+551140001000")
    NATIONAL = "national", _("1140001000")
    FIXED = "fixed", _("Always the number below")


class Gateway(BaseModel):
    """One SIP peer of a provider; its name is its id in Asterisk."""

    keeps_changelog = True
    changelog_parents = ("provider",)

    name = models.CharField(
        _("name"),
        max_length=60,
        validators=[validators.validate_gateway_name],
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
    sent_format = models.CharField(
        _("format of numbers sent"),
        max_length=10,
        choices=SentFormat.choices,
        default=SentFormat.AS_DIALLED,
        db_default=SentFormat.AS_DIALLED,
        help_text=_("Codes such as 190 or 0800 are always sent as people dial them."),
    )
    carrier_code = models.CharField(
        _("carrier code"),
        max_length=2,
        blank=True,
        # Both: with the default of the database alone the value would not be known before it is saved.
        default="",
        db_default="",
        validators=[RegexValidator(r"^[0-9]{2}\Z", _("Two digits: 21."))],
        help_text=_("Two digits that select the carrier: 21."),
    )
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
            models.CheckConstraint(
                condition=models.Q(name__regex=rf"^{grammar.CODE_SHAPE}$")
                & ~models.Q(name__iregex=rf"^{grammar.RESERVED_ID_SHAPE}$"),
                name="gateway_name_is_an_id",
                violation_error_message=_("This name cannot be used in Asterisk."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    host__regex=rf"^{grammar.HOST_SHAPE}$",
                    codecs__regex=rf"^{grammar.CODECS_SHAPE}$",
                    prepend__regex=r"^\+?[0-9]*$",
                    tech_prefix__regex=r"^\+?[0-9*#]*$",
                ),
                name="gateway_fits_asterisk",
            ),
            models.CheckConstraint(
                condition=models.Q(authentication="ip") | ~models.Q(username="") & ~models.Q(secret=""),
                name="gateway_registers_with_credentials",
                violation_error_message=_("Registration needs a user name and a secret."),
            ),
            models.CheckConstraint(
                condition=~models.Q(caller_id_rule="fixed") | ~models.Q(caller_id_number=""),
                name="gateway_fixed_caller_id_is_given",
                violation_error_message=_("Enter the number that this carrier is always shown."),
            ),
            models.CheckConstraint(
                condition=models.Q(carrier_code__regex=r"^([0-9]{2})?$")
                & (~models.Q(sent_format="carrier") | ~models.Q(carrier_code="")),
                name="gateway_carrier_code_is_given",
                violation_error_message=_("Enter the two digits that select this carrier."),
            ),
            known_choices(
                "gateway_choices_known",
                transport=Transport,
                authentication=Authentication,
                number_format=NumberFormat,
                sent_format=SentFormat,
                caller_id_rule=CallerIdRule,
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
        """A rule that needs another field has it; the provider stays, and the address is no customer's."""
        self.codecs = ",".join(grammar.split_codecs(self.codecs))
        if self.authentication == Authentication.REGISTRATION and not (self.username and self.secret):
            raise ValidationError({"username": _("Registration needs a user name and a secret.")})
        if self.caller_id_rule == CallerIdRule.FIXED and not self.caller_id_number:
            raise ValidationError({"caller_id_number": _("Enter the number that this carrier is always shown.")})
        if self.sent_format == SentFormat.NATIONAL_CARRIER and not self.carrier_code:
            raise ValidationError({"carrier_code": _("Enter the two digits that select this carrier.")})
        self._refuse_a_customers_address()
        if not self._state.adding and not Gateway.objects.filter(pk=self.pk, provider=self.provider_id).exists():
            # Its numbers and past calls are the first provider's, and were paid at that one's price.
            raise ValidationError({"provider": _("A gateway stays with its provider. Create another gateway.")})

    def _refuse_a_customers_address(self) -> None:
        try:
            address = str(ipaddress.ip_address(self.host))
        except ValueError:
            return
        if TrunkAddress.objects.filter(network__holds=address).exists():
            raise ValidationError({"host": _("This is a customer's address: Asterisk could not tell them apart.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the codec list in one canonical form."""
        self.codecs = ",".join(grammar.split_codecs(self.codecs))
        super().save(*args, **kwargs)
