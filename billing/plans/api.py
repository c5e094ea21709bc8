"""The REST API of rate plans, time windows and holiday calendars."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Any

from django.conf import settings
from ninja import FilterLookup, FilterSchema
from pydantic import AfterValidator, BeforeValidator, Field

from billing.accounts.periods import EARLIEST, LATEST
from billing.models import HolidayCalendar, OnHolidays, RatePlan, TimeWindow
from billing.plans.services import HolidayDay, save_calendar
from voipadmin.core.api.crud import crud_router
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Currency, Input, Output
from voipadmin.core.services import save_object

ORDERING = ("name", "created_at", "updated_at")
Name = Annotated[str, Field(min_length=1, max_length=120)]
Search = Annotated[str | None, FilterLookup("name__icontains")]


def _real_day(text: str) -> str:
    if not EARLIEST <= date.fromisoformat(text) <= LATEST:
        raise ValueError("Use a day from 2000 to 2099.")
    return text


def _in_order(days: list[int]) -> list[int]:
    return sorted(set(days))


def _clock(hour: Any) -> Any:
    return hour.isoformat() if isinstance(hour, time) else hour


Day = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="2026-12-25."), AfterValidator(_real_day)
]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", description="22:00.")]
Weekdays = Annotated[
    list[Annotated[int, Field(ge=1, le=7)]],
    Field(min_length=1, max_length=7, description="Monday is 1."),
    AfterValidator(_in_order),
]


class RatePlanIn(Input):
    """Tariffs that some customers have before those of everybody."""

    name: Name
    currency: Currency = settings.DEFAULT_CURRENCY
    falls_back: Annotated[
        bool, Field(description="What the plan does not price is priced by the tariffs without a plan.")
    ] = True
    notes: Annotated[str, Field(max_length=4000)] = ""


class RatePlanOut(Output):
    """A rate plan."""

    id: uuid.UUID
    name: str
    currency: str
    falls_back: bool
    notes: str
    created_at: datetime
    updated_at: datetime


class RatePlanFilters(FilterSchema):
    """What a list of rate plans may be narrowed by."""

    currency: Currency | None = None
    search: Search = None


class TimeWindowIn(Input):
    """Hours of the week in which a rate holds; an end at or before the start is on the next day."""

    name: Name
    days: Weekdays = [1, 2, 3, 4, 5, 6, 7]
    starts_at: Hour
    ends_at: Hour
    on_holidays: OnHolidays = OnHolidays.AS_WEEKDAY
    calendar_id: uuid.UUID | None = None


class TimeWindowOut(Output):
    """Hours of the week in which a rate holds."""

    id: uuid.UUID
    name: str
    days: list[int]
    starts_at: Annotated[str, BeforeValidator(_clock)]
    ends_at: Annotated[str, BeforeValidator(_clock)]
    on_holidays: OnHolidays
    calendar_id: uuid.UUID | None
    created_at: datetime
    updated_at: datetime


class TimeWindowFilters(FilterSchema):
    """What a list of time windows may be narrowed by."""

    calendar_id: uuid.UUID | None = None
    on_holidays: OnHolidays | None = None
    search: Search = None


class HolidayIn(Input):
    """A day that counts as a holiday."""

    day: Day
    name: Annotated[str, Field(max_length=120)] = ""


class HolidayOut(Output):
    """A day that counts as a holiday."""

    day: date
    name: str


class HolidayCalendarIn(Input):
    """Days that count as holidays; what is sent replaces the days that were there."""

    name: Name
    days: Annotated[list[HolidayIn], Field(max_length=1_000)] = []


class HolidayCalendarOut(Output):
    """Days that count as holidays."""

    id: uuid.UUID
    name: str
    days: list[HolidayOut]
    created_at: datetime
    updated_at: datetime


class HolidayCalendarFilters(FilterSchema):
    """What a list of calendars may be narrowed by."""

    search: Search = None


def _save_window(window: TimeWindow, rest: dict[str, Any], _user: Any) -> TimeWindow:
    window.days = rest.get("days", window.days)
    return save_object(window)


def _save_calendar(calendar: HolidayCalendar, rest: dict[str, Any], _user: Any) -> HolidayCalendar:
    return save_calendar(calendar=calendar, days=_days(rest["days"]) if "days" in rest else None)


def _days(sent: Iterable[dict[str, str]]) -> list[HolidayDay]:
    return [HolidayDay(date.fromisoformat(item["day"]), item["name"]) for item in sent]


rate_plans_router = crud_router(
    Resource(
        model=RatePlan,
        tag="rate_plans",
        read=RatePlanOut,
        write=RatePlanIn,
        filters=RatePlanFilters,
        ordering=ORDERING,
        default_ordering="name",
    )
)
time_windows_router = crud_router(
    Resource(
        model=TimeWindow,
        tag="time_windows",
        read=TimeWindowOut,
        write=TimeWindowIn,
        filters=TimeWindowFilters,
        ordering=ORDERING,
        default_ordering="name",
        save=_save_window,
    )
)
holiday_calendars_router = crud_router(
    Resource(
        model=HolidayCalendar,
        tag="holiday_calendars",
        read=HolidayCalendarOut,
        write=HolidayCalendarIn,
        filters=HolidayCalendarFilters,
        ordering=ORDERING,
        default_ordering="name",
        prepare=lambda calendars: calendars.prefetch_related("days"),
        save=_save_calendar,
    )
)
