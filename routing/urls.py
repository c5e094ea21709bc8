"""Addresses of providers, gateways and routes."""

from routing.views import GATEWAYS, PROVIDERS, ROUTES
from voipadmin.core.pages import entity_urls

app_name = "routing"
urlpatterns = [
    *entity_urls("providers", PROVIDERS),
    *entity_urls("gateways", GATEWAYS),
    *entity_urls("routes", ROUTES),
]
