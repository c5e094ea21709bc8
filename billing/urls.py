"""Addresses of tariffs and calls."""

from billing.views import CALLS, TARIFFS
from voipadmin.core.pages import entity_urls

app_name = "billing"
urlpatterns = [*entity_urls("tariffs", TARIFFS), *entity_urls("calls", CALLS)]
