"""Companies that buy calls."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core import validators
from voipadmin.core.models import BaseModel, LegalParty, VisibleQuerySet, known_choices
from voipadmin.core.numbering_plan.queries import check_home_area
from voipadmin.core.numbers.areas import home_area_of
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.text import grammar
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


class Customer(LegalParty, BaseModel):
    """A company that buys calls; what it owes is kept by billing."""

    keeps_changelog = True
    changelog_links = ("users",)

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
    home_area = models.CharField(
        _("home area code"),
        max_length=5,
        blank=True,
        default="",
        db_default="",  # the release before writes rows without it
        validators=[validators.area_validator],
        help_text=_("Numbers dialled without an area are in this one: 11. Empty: that of the caller ID number."),
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True, validators=[validators.validate_text])
    contact_email = models.EmailField(_("e-mail"), blank=True)
    contact_phone = models.CharField(
        _("phone"), max_length=21, blank=True, validators=[validators.validate_dialled_number]
    )
    billing_email = models.EmailField(
        _("billing e-mail"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Where statements are sent to; empty: the contact's e-mail."),
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_("From the issue of a statement; empty: the installation’s."),
    )
    statement_language = models.CharField(
        _("language of statements"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=settings.LANGUAGES,
        help_text=_("Empty: the installation’s."),
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
            models.CheckConstraint(
                condition=models.Q(code__regex=rf"^{grammar.CODE_SHAPE}$"), name="customer_code_fits_asterisk"
            ),
            known_choices("customer_choices_known", type=CustomerType, status=CustomerStatus),
            models.CheckConstraint(
                condition=models.Q(home_area__regex=grammar.AREA_SHAPE), name="customer_home_area_is_digits"
            ),
            models.CheckConstraint(condition=models.Q(channel_limit__gte=1), name="customer_channel_limit_positive"),
            models.CheckConstraint(condition=models.Q(calls_per_second__gte=1), name="customer_cps_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"

    def get_absolute_url(self) -> str:
        """Return the page of this customer."""
        return reverse("customers:customer_detail", args=[self.pk])

    def clean(self) -> None:
        """Area and tax number are such; a customer that has extensions or addresses keeps the type they belong to."""
        check_home_area(self.home_area)
        self.check_party()
        if self._state.adding:
            return
        if self.type == CustomerType.TRUNK and self.extensions.exists():
            raise ValidationError({"type": _("This customer has extensions. Delete them before it becomes a trunk.")})
        if self.type == CustomerType.EXTENSION and self.trunk_addresses.exists():
            raise ValidationError({"type": _("This customer has trunk addresses. Delete them before it changes type.")})

    def local_area(self, plan: NumberingPlan) -> str:
        """Return the area in which its numbers without an area are, or nothing."""
        return home_area_of(plan, customer_area=self.home_area, main_number=self.caller_id_number)

    @property
    def is_active(self) -> bool:
        """Tell whether its calls are let through."""
        return self.status == CustomerStatus.ACTIVE
