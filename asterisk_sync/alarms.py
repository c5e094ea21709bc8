"""The alarms of the nodes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _node(alarm: Alarm) -> str:
    return reverse("asterisk_sync:node_detail", args=[alarm.subject])


AUTHORIZER_AWAY = declare(
    AlarmKind(
        "authorizer_away",
        _(
            "Calls are not authorized on %(node)s: prepaid and international calls are refused. Start call_authorizer"
            " there."
        ),
        "triangle-alert",
        address=_node,
    )
)
