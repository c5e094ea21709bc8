"""The addresses of trunk customers."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer, CustomerType
from voipadmin.core.fields import NetworkField
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices


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

    keeps_changelog = True
    changelog_parents = ("customer",)

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
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9_999)],
        help_text=_("The lowest is tried first."),
    )

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
            known_choices("trunk_address_transport_known", transport=Transport),
        ]

    def __str__(self) -> str:
        return f"{self.network}:{self.port}"

    def clean(self) -> None:
        """A network cannot receive calls, and only trunk customers have addresses."""
        if self.receives_calls and "/" in str(self.network or ""):
            raise ValidationError({"receives_calls": _("Calls can be sent to a single address only, not a network.")})
        if self.customer_id and self.customer.type != CustomerType.TRUNK:
            raise ValidationError(_("Only a customer of type trunk has addresses."))
