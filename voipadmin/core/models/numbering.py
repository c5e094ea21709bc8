"""The operator's numbering plan: how numbers are dialled, which codes there are, which ranges of numbers."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voipadmin.core import validators
from voipadmin.core.models.base import BaseModel, VisibleQuerySet, known_choices
from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.text import grammar

LONGEST_CODE = 20


class ReadAs(models.TextChoices):
    """What a dialling rule makes of the digits that it leaves."""

    INTERNATIONAL = "international", _("International number")
    CARRIER_ABROAD = "carrier_abroad", _("International number, by a carrier")
    NATIONAL = "national", _("National number, with its area")
    LOCAL = "local", _("Local number, in the caller's home area")


class CodeKind(models.TextChoices):
    """What a code is."""

    EMERGENCY = NumberKind.EMERGENCY.value, _("Emergency or health line")
    SERVICE = NumberKind.SERVICE.value, _("Service")
    TOLL_FREE = NumberKind.TOLL_FREE.value, _("Toll-free")
    SHARED_COST = NumberKind.SHARED_COST.value, _("Shared cost")
    PREMIUM = NumberKind.PREMIUM.value, _("Premium")
    COLLECT = NumberKind.COLLECT.value, _("Collect call")


class RangeKind(models.TextChoices):
    """What the numbers of a range are."""

    FIXED = NumberKind.FIXED.value, _("Fixed line")
    MOBILE = NumberKind.MOBILE.value, _("Mobile")
    FIXED_OR_MOBILE = NumberKind.FIXED_OR_MOBILE.value, _("Fixed line or mobile")
    MULTIMEDIA = NumberKind.MULTIMEDIA.value, _("Broadband provider (SCM)")
    VOIP = NumberKind.VOIP.value, _("VoIP")
    TOLL_FREE = NumberKind.TOLL_FREE.value, _("Toll-free")
    SHARED_COST = NumberKind.SHARED_COST.value, _("Shared cost")
    PREMIUM = NumberKind.PREMIUM.value, _("Premium")
    PERSONAL = NumberKind.PERSONAL.value, _("Personal number")
    UAN = NumberKind.UAN.value, _("Company-wide number")
    OTHER = NumberKind.OTHER.value, _("Other")


def home_region() -> str:
    """Return the installation's country, whose plan people edit."""
    return str(settings.DEFAULT_COUNTRY)


def of_this_country(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return the rows of a table of the plan that are of the installation's country."""
    return rows.filter(region=home_region())


class PlanRow(BaseModel):
    """A row of a country's plan: a pattern, what it is called, and from when until when it holds."""

    region = models.CharField(_("country"), max_length=2, default=home_region, editable=False)
    pattern = models.CharField(_("pattern"), max_length=60, validators=[validators.validate_pattern])
    name = models.CharField(_("name"), max_length=120, blank=True, validators=[validators.validate_name])
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The first day on which it no longer holds.")
    )

    objects = VisibleQuerySet.as_manager()

    keeps_changelog = True

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pattern} · {self.shown_name()}" if self.name else self.pattern

    def shown_name(self) -> str:
        """Return the name; the product's own ones in the reader's language."""
        return gettext(self.name) if self.name else ""

    shown_name.short_description = _("name")  # type: ignore[attr-defined]  # what pages call it

    def get_absolute_url(self) -> str:
        """Return the page of this row."""
        return reverse(f"core:{self._meta.model_name}_detail", args=[self.pk])


def _row_constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=["region", "pattern", "valid_from"],
            nulls_distinct=False,
            name=f"{name}_once_at_a_time",
            violation_error_message=_("There is already a row for this pattern from that day."),
        ),
        models.CheckConstraint(
            condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            name=f"{name}_ends_after_it_starts",
            violation_error_message=_("The end must be after the start."),
        ),
        models.CheckConstraint(
            condition=Q(pattern__regex=rf"^{grammar.PATTERN_SHAPE}$", region__regex=r"^[A-Z]{2}$"),
            name=f"{name}_fits_asterisk",
        ),
    ]


class DialingRule(PlanRow):
    """How a number may be dialled: what stands in front of it, and what is left without that."""

    read_as = models.CharField(_("read as"), max_length=14, choices=ReadAs.choices, default=ReadAs.NATIONAL)
    strip_digits = models.PositiveSmallIntegerField(
        _("strip"),
        default=0,
        validators=[MaxValueValidator(10)],
        help_text=_("How many characters in front are no part of the number: 1 for 0, 3 for 0 and a carrier."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("dialling rule")
        verbose_name_plural = _("dialling rules")
        ordering = ["pattern", "valid_from"]
        constraints = [*_row_constraints("dialing_rule"), known_choices("dialing_rule_read_as_known", read_as=ReadAs)]

    def clean(self) -> None:
        """Stripping leaves a digit; a local number has nothing in front and one length."""
        if self.read_as == ReadAs.LOCAL and (self.strip_digits or not _is_of_digits(self.pattern)):
            raise ValidationError(
                {"read_as": _("A local number is dialled as it is: no stripping, digits only, of one length.")}
            )
        shortest = grammar.shortest_match(self.pattern) + ("+" in self.pattern)
        if self.strip_digits and self.strip_digits >= shortest:
            error = ValidationError(
                _("The shortest number of this pattern has %(count)s digits: strip fewer."), params={"count": shortest}
            )
            raise ValidationError({"strip_digits": error})


class ServiceCode(PlanRow):
    """Codes that are dialled as they are in the whole country, and have no E.164 form."""

    kind = models.CharField(_("kind"), max_length=12, choices=CodeKind.choices, default=CodeKind.SERVICE)
    barred = models.BooleanField(_("barred"), default=False, help_text=_("Nobody's calls to it are let through."))

    class Meta:
        verbose_name = _("service code")
        verbose_name_plural = _("service codes")
        ordering = ["pattern", "valid_from"]
        constraints = [
            *_row_constraints("service_code"),
            known_choices("service_code_kind_known", kind=CodeKind),
            models.CheckConstraint(
                condition=~Q(kind=CodeKind.EMERGENCY, barred=True),
                name="service_code_emergency_is_not_barred",
                violation_error_message=_("Calls to emergency and health lines are never barred."),
            ),
        ]

    def clean(self) -> None:
        """A code is digits of one length; one 0 in front is dialled and no part of it."""
        if not _is_of_digits(self.pattern):
            raise ValidationError({"pattern": _("A code is of digits alone, and each pattern of one length.")})
        positions = parse_pattern(self.pattern).positions
        if "0" in positions[0] and (positions[0] != {"0"} or positions[1:2] == (frozenset("0"),)):
            raise ValidationError(
                {"pattern": _("A code begins with one 0 or with none: write patterns with and without it apart.")}
            )


class PlanRange(PlanRow):
    """National numbers, with their area, that the country's plan has besides or otherwise than libphonenumber says."""

    kind = models.CharField(_("kind"), max_length=15, choices=RangeKind.choices, default=RangeKind.FIXED)

    class Meta:
        verbose_name = _("number range")
        verbose_name_plural = _("number ranges")
        ordering = ["pattern", "valid_from"]
        constraints = [*_row_constraints("plan_range"), known_choices("plan_range_kind_known", kind=RangeKind)]

    def clean(self) -> None:
        """A range is of digits, and each pattern of one length."""
        if not _is_of_digits(self.pattern):
            raise ValidationError({"pattern": _("Numbers are of digits alone, and each pattern of one length.")})


def _is_of_digits(pattern: str) -> bool:
    """Tell whether a pattern, which its validator accepted, matches digits of one length only."""
    if grammar.pattern_error(pattern):
        return False
    parsed = parse_pattern(pattern)
    return not parsed.tail and "+" not in pattern and 1 < len(parsed.positions) <= LONGEST_CODE
