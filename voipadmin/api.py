"""The REST API: every entity's router under `/api/v1/`."""

from django.urls import URLPattern, URLResolver, include, path
from ninja import Swagger

from asterisk_sync.api.generations import generations_router
from asterisk_sync.api.nodes import nodes_router
from asterisk_sync.api.placement import placement_routers
from asterisk_sync.drift.api import drift_router
from asterisk_sync.simulator.api import simulations_router
from billing.accounts.statement_api import accounts_router
from billing.authorization.api import refused_calls_router
from billing.decks.api import decks_router
from billing.plans.api import holiday_calendars_router, rate_plans_router, time_windows_router
from billing.rerating.api import reratings_router
from billing.tariffs.api import tariffs_router
from customers.api import customers_router, extensions_router, trunk_addresses_router
from numbering.api import dids_router
from reports.api import dashboard_router, reports_router
from routing.api import gateways_router, providers_router, routes_router
from voipadmin.core.api.middleware import guarded_urls
from voipadmin.core.api.panel import PanelAPI
from voipadmin.users.api import router as auth_router

DESCRIPTION = """
Log in at `auth/login` and send the token as `Authorization: Bearer`. Lists are filtered by their parameters, ordered
by `ordering` and paged by `cursor`. PATCH changes what is sent; a write sent twice under one `Idempotency-Key` happens
once. Errors are problem details (RFC 9457) with a stable `code`. Amounts are decimal strings, times are UTC.
"""

api = PanelAPI(
    title="Asterisk Admin",
    version="1.0.0",
    description=DESCRIPTION.strip(),
    urls_namespace="api",
    docs=Swagger(settings={"persistAuthorization": False, "tryItOutEnabled": False}),
)
for prefix, router in {
    "auth": auth_router,
    "dashboard": dashboard_router,
    "customers": customers_router,
    "trunk-addresses": trunk_addresses_router,
    "extensions": extensions_router,
    "providers": providers_router,
    "gateways": gateways_router,
    "routes": routes_router,
    "dids": dids_router,
    "tariffs": tariffs_router,
    "rate-plans": rate_plans_router,
    "time-windows": time_windows_router,
    "holiday-calendars": holiday_calendars_router,
    "decks": decks_router,
    "accounts": accounts_router,
    "reratings": reratings_router,
    "refused-calls": refused_calls_router,
    "reports": reports_router,
    "nodes": nodes_router,
    "generations": generations_router,
    "drift": drift_router,
    "simulations": simulations_router,
}.items():
    api.add_router(prefix, router)
for prefix, router in placement_routers.items():
    api.add_router(prefix, router)

ANONYMOUS = frozenset({"login"})
PAGES = frozenset({"openapi-view"})  # the page to try it asks for a log-in as every page does

_patterns, _app_name, _namespace = api.urls
_addresses = (pattern for pattern in _patterns if isinstance(pattern, URLPattern))
api_urls = guarded_urls(_addresses, public=ANONYMOUS, pages=PAGES)
urlpatterns: list[URLPattern | URLResolver] = [path("v1/", include((api_urls, "ninja"), namespace="api"))]
