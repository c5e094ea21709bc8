"""The REST API: the routers of every app under `/api/v1/`."""

from django.urls import URLPattern, URLResolver, include, path
from ninja import Swagger

from asterisk_sync import api_urls as asterisk_sync
from billing import api_urls as billing
from customers import api as customers
from numbering import api as numbering
from reports.api import dashboard_router, reports_router
from reports.schedules.api import schedules_router
from routing import api as routing
from voipadmin.core.alarm_pages import api as alarms
from voipadmin.core.api.middleware import guarded_urls
from voipadmin.core.api.panel import PanelAPI
from voipadmin.core.job_pages import api as jobs
from voipadmin.users.api import router as auth_router
from voipadmin.users.audit.api import router as audit_router

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
# Address and router, in the order in which the page to try them shows them; each app lists those of its entities.
ROUTERS = {
    "auth": auth_router,
    "dashboard": dashboard_router,
    **customers.ROUTERS,
    **routing.ROUTERS,
    **numbering.ROUTERS,
    **billing.ROUTERS,
    "reports": reports_router,
    "report-schedules": schedules_router,
    **asterisk_sync.ROUTERS,
    **jobs.ROUTERS,
    **alarms.ROUTERS,
    "audit": audit_router,
}
for prefix, router in [*ROUTERS.items(), *asterisk_sync.PLACEMENT_ROUTERS.items()]:
    api.add_router(prefix, router)

ANONYMOUS = frozenset({"login"})
PAGES = frozenset({"openapi-view"})  # the page to try it asks for a log-in as every page does

_patterns, _app_name, _namespace = api.urls
_addresses = (pattern for pattern in _patterns if isinstance(pattern, URLPattern))
api_urls = guarded_urls(_addresses, public=ANONYMOUS, pages=PAGES)
urlpatterns: list[URLPattern | URLResolver] = [path("v1/", include((api_urls, "ninja"), namespace="api"))]
