"""Addresses of the pages of alarms; the core app names them."""

from django.urls import path

from voipadmin.core.alarm_pages.addressee_pages import (
    MESSAGES,
    RECEIVERS,
    WEBHOOKS,
    RenewSecretView,
    SendAgainView,
    SendTestView,
    ShowSecretView,
)
from voipadmin.core.alarm_pages.pages import (
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
    path("alarms/webhooks/<uuid:pk>/show/", ShowSecretView.as_view(), name="webhook_show"),
    path("alarms/webhooks/<uuid:pk>/renew/", RenewSecretView.as_view(), name="webhook_renew"),
    path("alarms/webhooks/<uuid:pk>/test/", SendTestView.as_view(), name="webhook_test"),
    path("alarms/messages/<uuid:pk>/again/", SendAgainView.as_view(), name="webhookmessage_again"),
    *entity_urls("alarms/receivers", RECEIVERS),
    *entity_urls("alarms/webhooks", WEBHOOKS),
    *entity_urls("alarms/messages", MESSAGES),
    *entity_urls("alarms/silences", SILENCES),
    *entity_urls("alarms", ALARMS),
]
