"""Conferences between numbers: whom a customer has called together, and when."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension
from numbering.models import DID
from voipadmin.core import validators
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.reading import number_of_key, read_written

validate_pin = RegexValidator(r"^[0-9]{4,10}\Z", _("A PIN has 4 to 10 digits."))


class Repeat(models.TextChoices):
    """How often a conference is held."""

    NEVER = "never", _("Once")
    DAILY = "daily", _("Every day")
    WEEKDAYS = "weekdays", _("Monday to Friday")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class ConferenceQuerySet(VisibleQuerySet):
    """Conferences."""

    users_path = "customer__users"


class Conference(BaseModel):
    """Numbers and extensions that a customer has called together, on its account."""

    keeps_changelog = True
    changelog_parents = ("customer",)

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="conferences", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=80, validators=[validators.validate_name])
    caller_id_number = models.CharField(
        _("caller ID number"),
        max_length=15,
        blank=True,
        validators=[validators.e164_validator],
        help_text=_("Shown to those who are called: a number of the customer. Empty: its main number."),
    )
    ring_seconds = models.PositiveSmallIntegerField(
        _("ring seconds"),
        default=45,
        validators=[MinValueValidator(5), MaxValueValidator(180)],
        help_text=_("Who has not answered by then is no longer called."),
    )
    longest_minutes = models.PositiveSmallIntegerField(
        _("longest, in minutes"), default=120, validators=[MinValueValidator(1), MaxValueValidator(1_440)]
    )
    waits_for_moderator = models.BooleanField(
        _("waits for a moderator"), default=False, help_text=_("Until one has joined, the others hear music.")
    )
    ends_with_moderator = models.BooleanField(
        _("ends with the last moderator"), default=False, help_text=_("When the last moderator leaves, all others go.")
    )
    records = models.BooleanField(
        _("recorded"), default=False, help_text=_("All are heard in one file, on the node that carries the conference.")
    )
    dial_in = models.OneToOneField(
        DID,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conference",
        verbose_name=_("dial-in number"),
        help_text=_("A number of the customer. While the conference goes on, who calls it joins."),
    )
    pin = EncryptedTextField(
        _("PIN"), blank=True, validators=[validate_pin], help_text=_("Asked of those who dial in: 4 to 10 digits.")
    )
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Empty: only when somebody starts it.")
    )
    repeats = models.CharField(_("repeats"), max_length=8, choices=Repeat.choices, default=Repeat.NEVER)
    remind_minutes = models.PositiveSmallIntegerField(
        _("reminder, minutes before"),
        default=0,
        validators=[MaxValueValidator(10_080)],
        help_text=_("By e-mail to participants who have an address. 0: none."),
    )
    # The next time that it is held by the clock, and the one that participants were reminded of.
    next_at = models.DateTimeField(_("next time"), null=True, blank=True, editable=False, db_index=True)
    reminded_for = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("conference")
        verbose_name_plural = _("conferences")
        ordering = ["customer__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "name"],
                name="conference_name_unique",
                violation_error_message=_("This customer already has a conference of this name."),
            ),
            models.CheckConstraint(
                condition=Q(ring_seconds__gte=5, ring_seconds__lte=180, longest_minutes__gte=1),
                name="conference_times_in_range",
            ),
            known_choices("conference_repeat_known", repeats=Repeat),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this conference."""
        return reverse("asterisk_sync:conference_detail", args=[self.pk])

    def clean(self) -> None:
        """Caller ID and dial-in number are the customer's own."""
        if not self.customer_id:
            return
        if self.caller_id_number and not self._owns(self.caller_id_number):
            raise ValidationError({"caller_id_number": _("This is not a number of the customer.")})
        if self.dial_in is not None and not self._is_allocated(self.dial_in.number):
            raise ValidationError({"dial_in": _("This number is not allocated to the customer.")})
        if self.repeats != Repeat.NEVER and self.starts_at is None:
            raise ValidationError({"starts_at": _("Say when it is held first.")})

    def _owns(self, number: str) -> bool:
        extensions = self.customer.extensions.filter(caller_id_number=number)
        return number == self.customer.caller_id_number or self._is_allocated(number) or extensions.exists()

    def _is_allocated(self, number: str) -> bool:
        return bool(self.customer.did_allocations.filter(ends_at=None, did__number=number).exists())

    @property
    def shown_caller(self) -> str:
        """Return the number that those who are called see, or nothing."""
        return self.caller_id_number or self.customer.caller_id_number


class ConferenceParticipant(BaseModel):
    """Somebody whom a conference calls: a number, or an extension of the customer."""

    keeps_changelog = True
    changelog_parents = ("conference",)

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, related_name="participants", verbose_name=_("conference")
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True, validators=[validators.validate_text])
    # A key of the numbering plan; what people type is read when it is saved.
    number = models.CharField(
        _("number"), max_length=48, blank=True, help_text=_("A number as the customer dials it, or an extension.")
    )
    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("extension")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    is_moderator = models.BooleanField(_("moderator"), default=False)
    starts_muted = models.BooleanField(_("muted at first"), default=False)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number="", extension__isnull=False) | (~Q(number="") & Q(extension__isnull=True)),
                name="conference_participant_is_one",
                violation_error_message=_("Enter a number, or choose an extension."),
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{0,48}$"), name="conference_participant_number_is_a_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.shown_number

    def clean(self) -> None:
        """Read the number as the customer would dial it: one of its extensions, or any number but an emergency one."""
        customer = self.conference.customer if self.conference.customer_id else None
        if customer is None:
            return
        if self.number:
            self.extension = customer.extensions.filter(number=self.number).first()
            self.number = "" if self.extension else key_to_call(self.number, customer)
        elif self.extension is not None and self.extension.customer_id != customer.pk:
            raise ValidationError({"extension": _("This extension belongs to another customer.")})

    @property
    def shown_number(self) -> str:
        """Return the number as people are shown it."""
        return self.extension.number if self.extension else shown_key(self.number)


def key_to_call(written: str, customer: Customer) -> str:
    """Return the key of a number that a conference may call; raise ValidationError for any other."""
    plan = current_plan()
    number: Number = number_of_key(written, plan)
    if not number.is_readable:
        number = read_written(written, plan, home_area=customer.local_area(plan))
    if not number.is_readable or number.is_barred:
        raise ValidationError({"number": _("This is no number that can be called.")})
    if number.is_emergency:
        raise ValidationError({"number": _("This is an emergency number; it must reach the emergency service.")})
    return number.key


def shown_key(key: str) -> str:
    """Return the number of a key as people are shown it, and as it can be dialled from anywhere."""
    return number_of_key(key, current_plan()).display or key
