"""Addresses of tariffs and calls."""

from billing.accounts.urls import urlpatterns as account_urls
from billing.decks.urls import urlpatterns as deck_urls
from billing.views import CALLS, TARIFFS
from voipadmin.core.pages import entity_urls

app_name = "billing"
urlpatterns = [*entity_urls("tariffs", TARIFFS), *entity_urls("calls", CALLS), *account_urls, *deck_urls]
