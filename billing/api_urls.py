"""Addresses of billing in the REST API, by the room that each router belongs to."""

from billing.accounts.statement_api import accounts_router
from billing.authorization.refused.api import refused_calls_router
from billing.decks.api import decks_router
from billing.plans.api import holiday_calendars_router, rate_plans_router, time_windows_router
from billing.rerating.api import reratings_router
from billing.statements.api import statements_router
from billing.tariffs.api import tariffs_router

ROUTERS = {
    "tariffs": tariffs_router,
    "rate-plans": rate_plans_router,
    "time-windows": time_windows_router,
    "holiday-calendars": holiday_calendars_router,
    "decks": decks_router,
    "accounts": accounts_router,
    "statements": statements_router,
    "reratings": reratings_router,
    "refused-calls": refused_calls_router,
}
