"""Forms of rate plans, time windows and holiday calendars."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH
from billing.models import Holiday, HolidayCalendar, RatePlan, TimeWindow
from billing.plans.services import HolidayDay, save_calendar
from voipadmin.core.forms.entity_form import EntityForm, EntityRows
from voipadmin.core.validators import validate_name


class RatePlanForm(EntityForm):
    """A rate plan."""

    fieldsets = (
        (_("Plan"), _("Its tariffs count before those of everybody."), ("name", "currency", "falls_back")),
        (_("More"), "", ("notes",)),
    )

    class Meta:
        model = RatePlan


class TimeWindowForm(EntityForm):
    """A time window; the days of the week are boxes to tick."""

    fieldsets = (
        (_("Window"), "", ("name",)),
        (
            _("Days and hours"),
            _("Hours after midnight belong to the day on which they began: Friday 22:00 to 06:00 ends on Saturday."),
            ("days", "starts_at", "ends_at"),
        ),
        (_("Holidays"), _("Days of the calendar, which may count apart."), ("on_holidays", "calendar")),
    )

    days = forms.TypedMultipleChoiceField(
        label=_("weekdays"),
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )

    class Meta:
        model = TimeWindow
        # Without `days`, whose input is this form's own: it is written in `clean`.
        fields = ("name", "starts_at", "ends_at", "on_holidays", "calendar")
        widgets = dict.fromkeys(("starts_at", "ends_at"), forms.TimeInput({"type": "time"}, "%H:%M:%S"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("days", self.instance.days)

    def clean(self) -> dict[str, Any]:
        """Write the chosen days into the window."""
        cleaned = super().clean()
        self.instance.days = cleaned.get("days", [])
        return cleaned


class HolidayForm(forms.ModelForm[Holiday]):
    """One day of a calendar."""

    day = forms.DateField(
        label=_("day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    name = forms.CharField(label=_("name"), max_length=120, required=False, validators=[validate_name])

    class Meta:
        model = Holiday
        fields = ("day", "name")


HolidayRows = forms.inlineformset_factory(
    HolidayCalendar, Holiday, form=HolidayForm, formset=EntityRows, extra=1, can_delete=True, max_num=1_000
)


class HolidayCalendarForm(EntityForm):
    """A calendar with its days."""

    rows_class = HolidayRows
    rows_title = _("Days")
    rows_help = _("Each year's days one by one: those that move, such as Carnival, have no rule here.")
    fieldsets = ((_("Calendar"), _("Such as: Brazil, or São Paulo city."), ("name",)),)

    class Meta:
        model = HolidayCalendar

    def save(self, commit: bool = True) -> Any:
        """Save the calendar with its days."""
        days = [HolidayDay(row.day, row.name) for row in self.kept_rows() or []]
        return save_calendar(calendar=self.instance, days=days)
