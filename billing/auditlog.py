"""The changelog of billing; call records are never changed by hand and need none."""

from billing.models import Account, Holiday, HolidayCalendar, RatePlan, Tariff, TimeWindow
from voipadmin.core.audit.changelog import keep_changelog

for model in (Tariff, RatePlan, TimeWindow, HolidayCalendar, Holiday, Account):
    keep_changelog(model)
