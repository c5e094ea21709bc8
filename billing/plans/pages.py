"""Pages of rate plans, time windows and holiday calendars."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import HolidayCalendar, RatePlan, TimeWindow
from billing.plans.forms import HolidayCalendarForm, RatePlanForm, TimeWindowForm
from billing.plans.unpriced_codes import unpriced_codes_of_plan
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.pages import Entity, FieldGroup, Related
from voipadmin.core.tables.entity_table import EntityTable, LinkColumn, NumberColumn, RelatedColumn, YesNoColumn


class RatePlanTable(EntityTable):
    """The list of rate plans."""

    name = LinkColumn()
    currency = tables.Column()
    falls_back = YesNoColumn()
    tariff_count = NumberColumn(verbose_name=_("tariffs"))
    account_count = NumberColumn(verbose_name=_("accounts"))

    class Meta(EntityTable.Meta):
        model = RatePlan


class RatePlanFilterSet(EntityFilterSet):
    """Filters of the list of rate plans."""

    search_fields = ("name", "notes")

    class Meta:
        model = RatePlan
        fields = ("q", "currency", "falls_back")


class TimeWindowTable(EntityTable):
    """The list of time windows."""

    name = LinkColumn()
    days_in_words = tables.Column(verbose_name=_("weekdays"), orderable=False)
    hours = tables.Column(verbose_name=_("hours"), order_by="starts_at", attrs={"td": {"class": "nowrap tabular"}})
    on_holidays = tables.Column()
    calendar = RelatedColumn(order_by="calendar__name")
    tariff_count = NumberColumn(verbose_name=_("tariffs"))

    class Meta(EntityTable.Meta):
        model = TimeWindow


class TimeWindowFilterSet(EntityFilterSet):
    """Filters of the list of time windows."""

    search_fields = ("name",)

    calendar = django_filters.ModelChoiceFilter(queryset=HolidayCalendar.objects.all(), label=_("holiday calendar"))

    class Meta:
        model = TimeWindow
        fields = ("q", "on_holidays", "calendar")


class HolidayCalendarTable(EntityTable):
    """The list of holiday calendars."""

    name = LinkColumn()
    day_count = NumberColumn(verbose_name=_("days"))

    class Meta(EntityTable.Meta):
        model = HolidayCalendar


class HolidayCalendarFilterSet(EntityFilterSet):
    """Filters of the list of holiday calendars."""

    search_fields = ("name",)

    class Meta:
        model = HolidayCalendar
        fields = ("q",)


def _join_plans(queryset: Any) -> Any:
    accounts = Count("accounts", distinct=True)
    return queryset.annotate(tariff_count=Count("tariffs", distinct=True), account_count=accounts)


def _plan_context(plan: Any, _user: Any) -> dict[str, Any]:
    return {"unpriced": unpriced_codes_of_plan(plan, timezone.now())}


def _join_windows(queryset: Any) -> Any:
    return queryset.select_related("calendar").annotate(tariff_count=Count("tariffs", distinct=True))


def _join_calendars(queryset: Any) -> Any:
    return queryset.annotate(day_count=Count("days", distinct=True))


def _calendar_context(calendar: Any, _user: Any) -> dict[str, Any]:
    return {"days": calendar.days.order_by("day"), "today": timezone.localdate()}


def _tariffs(parameter: str) -> Related:
    return Related(
        _("Tariffs"),
        "billing:tariff_list",
        parameter,
        "billing.view_tariff",
        without=parameter,
        create_url_name="billing:tariff_create",
        create_permission="billing.add_tariff",
    )


RATE_PLANS = Entity(
    model=RatePlan,
    table=RatePlanTable,
    filterset=RatePlanFilterSet,
    form=RatePlanForm,
    icon="layers",
    intro=_("Tariffs that some customers have before those of everybody. An account names its plan."),
    empty_hint=_("Without plans, every customer pays by the same tariffs."),
    join=_join_plans,
    detail_context=_plan_context,
    lead_template="billing/rateplan/unpriced_codes.html",
    related=(
        _tariffs("plan"),
        Related(_("Accounts"), "billing:account_list", "plan", "billing.view_account", without="plan"),
    ),
    synced=False,
)

TIME_WINDOWS = Entity(
    model=TimeWindow,
    table=TimeWindowTable,
    filterset=TimeWindowFilterSet,
    form=TimeWindowForm,
    icon="clock",
    intro=_("Hours of the week in which a tariff holds, on the installation's clock."),
    empty_hint=_("Without windows, tariffs hold at any hour."),
    join=_join_windows,
    groups=(
        FieldGroup(_("Window"), ("name", "days_in_words", "hours")),
        FieldGroup(_("Holidays"), ("on_holidays", "calendar")),
    ),
    related=(_tariffs("window"),),
    synced=False,
)

HOLIDAY_CALENDARS = Entity(
    model=HolidayCalendar,
    table=HolidayCalendarTable,
    filterset=HolidayCalendarFilterSet,
    form=HolidayCalendarForm,
    icon="calendar-days",
    intro=_("Days that time windows count as holidays."),
    empty_hint=_("Enter the days of a country or a city; a time window then names the calendar."),
    join=_join_calendars,
    related=(
        Related(
            _("Time windows"), "billing:timewindow_list", "calendar", "billing.view_timewindow", without="calendar"
        ),
    ),
    synced=False,
    detail_context=_calendar_context,
    main_template="billing/holidaycalendar/days.html",
)
