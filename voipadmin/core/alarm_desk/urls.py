"""Addresses of the pages of alarms; the core app names them."""

from django.urls import path

from voipadmin.core.alarm_desk.pages import (
    ALARMS,
    SILENCES,
    AcknowledgeView,
    CloseView,
    EndSilenceView,
    SilenceView,
    alarm_count_fragment,
)
from voipadmin.core.pages import entity_urls

urlpatterns = [
    path("alarms/count/", alarm_count_fragment, name="alarm_count"),
    path("alarms/<uuid:pk>/acknowledge/", AcknowledgeView.as_view(), name="alarm_acknowledge"),
    path("alarms/<uuid:pk>/silence/", SilenceView.as_view(), name="alarm_silence"),
    path("alarms/<uuid:pk>/close/", CloseView.as_view(), name="alarm_close"),
    path("alarms/silences/<uuid:pk>/end/", EndSilenceView.as_view(), name="alarmsilence_end"),
    *entity_urls("alarms/silences", SILENCES),
    *entity_urls("alarms", ALARMS),
]
