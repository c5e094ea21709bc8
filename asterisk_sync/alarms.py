"""The alarms of the nodes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _node(alarm: Alarm) -> str:
    return reverse("asterisk_sync:node_detail", args=[alarm.subject])


UNSIGNED_REQUESTS = declare(
    AlarmKind(
        "unsigned_requests",
        ngettext_lazy(
            "%(count)d request to the authorizer in the name of node %(node)s was refused: it was not signed with the"
            " node’s secret. It came from %(address)s.",
            "%(count)d requests to the authorizer in the name of node %(node)s were refused: they were not signed with"
            " the node’s secret. The last one came from %(address)s.",
            "count",
        ),
        "shield-alert",
        name=_("Requests to the authorizer without a signature"),
        advice=_("Find out who sends them from that address; if the node was set up anew, synchronise it."),
    )
)
AUTHORIZER_AWAY = declare(
    AlarmKind(
        "authorizer_away",
        _(
            "Calls are not authorized on %(node)s: prepaid and international calls are refused. Start call_authorizer"
            " there."
        ),
        "triangle-alert",
        address=_node,
        name=_("Authorizer away"),
        advice=_("Start call_authorizer on the node: systemctl start voipadmin-authorizer. Its log says why it ended."),
    )
)
