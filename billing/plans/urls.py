"""Addresses of rate plans, time windows and holiday calendars."""

from billing.plans.pages import HOLIDAY_CALENDARS, RATE_PLANS, TIME_WINDOWS
from voipadmin.core.pages import entity_urls

urlpatterns = [
    *entity_urls("tariffs/plans", RATE_PLANS),
    *entity_urls("tariffs/windows", TIME_WINDOWS),
    *entity_urls("tariffs/holidays", HOLIDAY_CALENDARS),
]
