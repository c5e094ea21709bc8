"""Addresses of nodes, runs and generations."""

from django.urls import path

from asterisk_sync import fragments
from asterisk_sync.views import GENERATIONS, NODES, RUNS
from voipadmin.core.pages import entity_urls

app_name = "asterisk_sync"
urlpatterns = [
    path("sync/indicator/", fragments.indicator, name="indicator"),
    path("sync/of/<slug:app_label>/<slug:model_name>/<uuid:pk>/", fragments.object_state, name="object_state"),
    path("sync/<uuid:pk>/apply/", fragments.ApplyNowView.as_view(), name="node_apply"),
    path("sync/generations/<uuid:pk>/restore/", fragments.RestoreView.as_view(), name="generation_restore"),
    *entity_urls("sync/runs", RUNS),
    *entity_urls("sync/generations", GENERATIONS),
    *entity_urls("sync", NODES),
]
