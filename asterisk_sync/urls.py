"""Addresses of nodes, runs, generations and drift."""

from django.urls import path

from asterisk_sync.calls_up.pages import urlpatterns as calls_up_urls
from asterisk_sync.conferences.pages import urlpatterns as conference_urls
from asterisk_sync.pages import decisions as decide
from asterisk_sync.pages import fragments
from asterisk_sync.pages.call_moment import call_moment
from asterisk_sync.pages.nodes import DRIFT, GENERATIONS, NODES, RUNS
from asterisk_sync.pages.placement import urlpatterns as placement_urls
from asterisk_sync.simulator.urls import urlpatterns as simulator_urls
from voipadmin.core.pages import entity_urls

app_name = "asterisk_sync"
urlpatterns = [
    *simulator_urls,
    *calls_up_urls,
    *conference_urls,
    *placement_urls,
    path("sync/of-call/<uuid:pk>/", call_moment, name="call_moment"),
    path("sync/indicator/", fragments.indicator, name="indicator"),
    path("sync/indicator/poll/", fragments.indicator_poll, name="indicator_poll"),
    path("sync/of/<slug:app_label>/<slug:model_name>/<uuid:pk>/", fragments.object_state, name="object_state"),
    path("sync/<uuid:pk>/apply/", decide.ApplyNowView.as_view(), name="node_apply"),
    path("sync/<uuid:pk>/waiting/", decide.WaitingView.as_view(), name="node_waiting"),
    path("sync/<uuid:pk>/release/", decide.ReleaseView.as_view(), name="node_release"),
    path("sync/<uuid:pk>/renew-secret/", decide.RenewSecretView.as_view(), name="node_renew_secret"),
    path("sync/<uuid:pk>/compare/", decide.CompareView.as_view(), name="node_compare"),
    path("sync/generations/<uuid:pk>/restore/", decide.RestoreView.as_view(), name="generation_restore"),
    path("sync/generations/<uuid:pk>/files/<str:name>/", decide.TextView.as_view(), name="generation_text"),
    path("sync/drift/<uuid:pk>/mend/", decide.MendView.as_view(), name="driftfinding_mend"),
    path("sync/drift/<uuid:pk>/adopt/", decide.AdoptView.as_view(), name="driftfinding_adopt"),
    *entity_urls("sync/runs", RUNS),
    *entity_urls("sync/generations", GENERATIONS),
    *entity_urls("sync/drift", DRIFT),
    *entity_urls("sync", NODES),
]
