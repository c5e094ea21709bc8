"""Addresses of tariffs and calls."""

from django.urls import path

from billing.accounts.urls import urlpatterns as account_urls
from billing.authorization.refused.pages import REFUSED_CALLS
from billing.cdrs.explorer import CallListView
from billing.cdrs.pages import CALLS
from billing.cdrs.rejected_pages import REJECTED_RECORDS, TryAgainView
from billing.decks.urls import urlpatterns as deck_urls
from billing.plans.urls import urlpatterns as plan_urls
from billing.rerating.urls import urlpatterns as rerating_urls
from billing.statements.urls import urlpatterns as statement_urls
from billing.tariffs.pages import TARIFFS
from voipadmin.core.pages import entity_urls

app_name = "billing"
urlpatterns = [
    *entity_urls("tariffs", TARIFFS),
    # Before the generic list, which would count all calls.
    path("calls/", CallListView.as_view(), name="cdr_list"),
    *entity_urls("calls", CALLS),
    *entity_urls("money/refused", REFUSED_CALLS),
    *statement_urls,
    *account_urls,
    *deck_urls,
    *rerating_urls,
    *plan_urls,
    path("rejected/<uuid:pk>/again/", TryAgainView.as_view(), name="rejectedrecord_again"),
    *entity_urls("rejected", REJECTED_RECORDS),
]
