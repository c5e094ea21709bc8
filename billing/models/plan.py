"""Rate plans, the hours and days in which a rate holds, and which prices are the newest."""

import uuid
from collections.abc import Iterable

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from voipadmin.core import validators
from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices

ALL_WEEKDAYS = 0b1111111


class RatePlan(BaseModel):
    """Tariffs that some customers have instead of, or before, those of everybody."""

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=120, validators=[validators.validate_name])
    currency = models.CharField(_("currency"), max_length=3, default="BRL", validators=[validators.currency_validator])
    falls_back = models.BooleanField(
        _("falls back"),
        default=True,
        help_text=_("What the plan does not price is priced by the tariffs without a plan; otherwise it is refused."),
    )
    notes = models.TextField(_("notes"), blank=True, max_length=4000, validators=[validators.validate_text])

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate plan")
        verbose_name_plural = _("rate plans")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="rate_plan_name_unique", violation_error_message=_("This name is taken.")
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="rate_plan_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse another currency than that of the plan's own tariffs: amounts of two are never mixed."""
        if not self._state.adding and self.tariffs.exclude(currency=self.currency).exists():
            raise ValidationError({"currency": _("This plan has tariffs in another currency.")})

    def get_absolute_url(self) -> str:
        """Return the page of this plan."""
        return reverse("billing:rateplan_detail", args=[self.pk])


class HolidayCalendar(BaseModel):
    """Days that count as holidays."""

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=120, unique=True, validators=[validators.validate_name])

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday calendar")
        verbose_name_plural = _("holiday calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of this calendar."""
        return reverse("billing:holidaycalendar_detail", args=[self.pk])


class Holiday(BaseModel):
    """One day of a calendar."""

    keeps_changelog = True
    changelog_parents = ("calendar",)

    calendar = models.ForeignKey(
        HolidayCalendar, on_delete=models.CASCADE, related_name="days", verbose_name=_("calendar")
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120, blank=True, validators=[validators.validate_name])

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()


class OnHolidays(models.TextChoices):
    """What a holiday means for a time window."""

    AS_WEEKDAY = "weekday", _("Like any day of the week")
    ONLY = "only", _("Only on holidays")
    NEVER = "never", _("Never on holidays")


class TimeWindow(BaseModel):
    """Hours of the week, in the installation's time zone, in which a rate holds; `ends_at` is the first it does not.

    An end at or before the start is on the next day: 22:00 to 06:00, and 00:00 to 00:00 is the whole day.
    """

    keeps_changelog = True

    name = models.CharField(_("name"), max_length=120, unique=True, validators=[validators.validate_name])
    # Bit 0 is Monday.
    weekdays = models.PositiveSmallIntegerField(
        _("weekdays"), default=ALL_WEEKDAYS, validators=[MinValueValidator(1), MaxValueValidator(ALL_WEEKDAYS)]
    )
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    calendar = models.ForeignKey(
        HolidayCalendar, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("holiday calendar")
    )
    on_holidays = models.CharField(
        _("on holidays"), max_length=7, choices=OnHolidays.choices, default=OnHolidays.AS_WEEKDAY
    )

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("time window")
        verbose_name_plural = _("time windows")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=ALL_WEEKDAYS), name="time_window_weekdays_in_range"
            ),
            known_choices("time_window_holidays_known", on_holidays=OnHolidays),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a window that counts holidays and does not say which days they are."""
        if self.on_holidays != OnHolidays.AS_WEEKDAY and self.calendar is None:
            raise ValidationError({"calendar": _("Choose the calendar that says which days are holidays.")})

    def get_absolute_url(self) -> str:
        """Return the page of this window."""
        return reverse("billing:timewindow_detail", args=[self.pk])

    @property
    def days(self) -> list[int]:
        """Return the days of the week as numbers, Monday being 1."""
        return [day + 1 for day in range(7) if self.weekdays >> day & 1]

    @days.setter
    def days(self, days: Iterable[int]) -> None:
        self.weekdays = sum(1 << day - 1 for day in set(days))

    @admin.display(description=_("weekdays"))
    def days_in_words(self) -> str:
        """Return the days of the week by their names."""
        return ", ".join(str(WEEKDAYS_ABBR[day - 1]) for day in self.days)

    @admin.display(description=_("hours"))
    def hours(self) -> str:
        """Return from when until when."""
        return " – ".join(hour.isoformat("auto").removesuffix(":00") for hour in (self.starts_at, self.ends_at))


class PriceVersion(models.Model):
    """A mark that the database's triggers replace, in the same transaction, when prices of a part change.

    Whoever keeps prices in memory compares it, and reads again what changed. Parts are `tariffs` (with plans),
    `windows` (with holidays), and `deck:` with a provider's id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    part = models.CharField(unique=True, max_length=60)
    version = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return self.part
