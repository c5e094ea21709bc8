"""Rate plans, time windows and holiday calendars in the Django admin."""

from django.contrib import admin

from billing.models import Holiday, HolidayCalendar, RatePlan, TimeWindow
from voipadmin.core.admin import DomainAdmin, DomainInline


@admin.register(RatePlan)
class RatePlanAdmin(DomainAdmin):
    """Rate plans."""

    list_display = ("name", "currency", "falls_back")
    list_filter = ("currency", "falls_back")
    search_fields = ("name",)


@admin.register(TimeWindow)
class TimeWindowAdmin(DomainAdmin):
    """Time windows; `weekdays` is the sum of 1 for Monday, 2 for Tuesday, 4, 8, 16, 32 and 64 for Sunday."""

    list_display = ("name", "days_in_words", "hours", "on_holidays", "calendar")
    list_filter = ("on_holidays", "calendar")
    list_select_related = ("calendar",)
    search_fields = ("name",)


class HolidayInline(DomainInline):
    """The days of a calendar."""

    model = Holiday


@admin.register(HolidayCalendar)
class HolidayCalendarAdmin(DomainAdmin):
    """Holiday calendars with their days."""

    list_display = ("name",)
    search_fields = ("name",)
    inlines = (HolidayInline,)
