"""Addresses of numbers."""

from django.urls import path

from numbering import actions
from numbering.did_lists.import_page import ImportView
from numbering.plan.page import numbering_plan
from numbering.views import ALLOCATIONS, DIDS
from voipadmin.core.pages import entity_urls

app_name = "numbering"
urlpatterns = [
    path("numbering-plan/", numbering_plan, name="plan"),
    path("dids/range/", actions.CreateRangeView.as_view(), name="did_range"),
    path("dids/import/", ImportView.as_view(), name="did_import"),
    path("dids/<uuid:pk>/allocate/", actions.AllocateView.as_view(), name="did_allocate"),
    path("dids/<uuid:pk>/destination/", actions.ChangeDestinationView.as_view(), name="did_destination"),
    path("dids/<uuid:pk>/release/", actions.ReleaseView.as_view(), name="did_release"),
    path("dids/<uuid:pk>/give-back/", actions.GiveBackView.as_view(), name="did_give_back"),
    path("dids/<uuid:pk>/block/", actions.BlockView.as_view(), name="did_block"),
    path("dids/<uuid:pk>/unblock/", actions.UnblockView.as_view(), name="did_unblock"),
    *entity_urls("dids/history", ALLOCATIONS),
    *entity_urls("dids", DIDS),
]
