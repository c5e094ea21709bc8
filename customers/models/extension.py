"""The SIP accounts of customers."""

import secrets
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer, CustomerType
from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet
from voipadmin.core.numbering_plan.queries import check_home_area, current_plan
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import read_number
from voipadmin.core.text import grammar


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

    keeps_changelog = True
    changelog_parents = ("customer",)

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
        editable=False,
        default=generate_sip_username,
        validators=[validators.validate_extension_id],
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
    home_area = models.CharField(
        _("home area code"),
        max_length=5,
        blank=True,
        default="",
        db_default="",  # the release before writes rows without it
        validators=[validators.area_validator],
        help_text=_("Where it differs from the customer's: numbers dialled without an area are in this one."),
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
        # The search looks for beginnings of the number, and for parts of the other two, among all extensions.
        indexes = [
            models.Index(fields=["number"], name="extension_number_begins", opclasses=["varchar_pattern_ops"]),
            GinIndex(OpClass(Upper("caller_id_name"), name="gin_trgm_ops"), name="extension_name_parts"),
            GinIndex(fields=["caller_id_number"], name="extension_caller_id_parts", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "number"],
                name="extension_number_unique",
                violation_error_message=_("This customer already has an extension with this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(home_area__regex=grammar.AREA_SHAPE), name="extension_home_area_is_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(max_contacts__gte=1, max_contacts__lte=10), name="extension_contacts_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    number__regex=r"^[0-9]{2,10}$",
                    sip_username__regex=rf"^{grammar.EXTENSION_ID_SHAPE}$",
                    codecs__regex=rf"^{grammar.CODECS_SHAPE}$",
                ),
                name="extension_fits_asterisk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.customer.code}"

    def get_absolute_url(self) -> str:
        """Return the page of this extension."""
        return reverse("customers:extension_detail", args=[self.pk])

    def clean(self) -> None:
        """Only customers of type extension have extensions; none takes an emergency number or calls itself."""
        check_home_area(self.home_area)
        self.codecs = ",".join(grammar.split_codecs(self.codecs))
        if self.customer_id and self.customer.type != CustomerType.EXTENSION:
            raise ValidationError({"customer": _("Only a customer of type extension has extensions.")})
        self._check_number()
        if self.forward_to and self._forwards_in_a_circle():
            raise ValidationError({"forward_to": _("This forward comes back to the extension itself.")})

    def _check_number(self) -> None:
        """Raise ValidationError for a new number that would take calls to an emergency or health line.

        One that has such a number already stays as it is: people dial it, and the line would get their calls.
        """
        taken = self.code_taken(current_plan())
        stored = Extension.objects.filter(pk=self.pk).values_list("number", flat=True).first()
        if taken is not None and taken.is_emergency and self.number != stored:
            told = _("%(number)s is an emergency or health line, which callers must reach. Choose another number.")
            raise ValidationError({"number": ValidationError(told, params={"number": self.number})})

    def code_taken(self, plan: NumberingPlan) -> Number | None:
        """Return the code of the country that colleagues cannot reach, since they reach this extension; or None."""
        found = read_number(self.number, plan)
        return found if found.is_code else None

    def local_area(self, plan: NumberingPlan) -> str:
        """Return the area in which its numbers without an area are, or nothing."""
        return self.home_area or self.customer.local_area(plan)

    def _forwards_in_a_circle(self) -> bool:
        others = Extension.objects.filter(customer=self.customer_id).exclude(pk=self.pk).exclude(forward_to="")
        forwards = dict(others.values_list("number", "forward_to")) | {self.number: self.forward_to}
        seen, target = {self.number}, self.forward_to
        while target in forwards and target not in seen:
            seen.add(target)
            target = forwards[target]
        return target == self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the codec list in one canonical form."""
        self.codecs = ",".join(grammar.split_codecs(self.codecs))
        super().save(*args, **kwargs)
