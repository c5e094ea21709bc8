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


def _gateway(alarm: Alarm) -> str:
    return reverse("routing:gateway_detail", args=[alarm.subject])


def _nodes(_alarm: Alarm) -> str:
    return reverse("asterisk_sync:node_list")


GATEWAY_DOWN = declare(
    AlarmKind(
        "gateway_down",
        _("No node reaches gateway %(name)s: calls go by the next gateway of their route, or fail."),
        "server-off",
        address=_gateway,
        name=_("Gateway down"),
        advice=_("Compare host, port, transport and firewall, and ask the carrier."),
    )
)
GATEWAY_UNREGISTERED = declare(
    AlarmKind(
        "gateway_unregistered",
        _("No node is registered at gateway %(name)s: the carrier may refuse our calls, and sends none."),
        "server-off",
        address=_gateway,
        name=_("Gateway not registered"),
        advice=_("Compare user name and secret with the carrier’s."),
    )
)
SYNC_REFUSED = declare(
    AlarmKind(
        "sync_refused",
        _("Node %(node)s refused its new configuration and runs the one before: %(reason)s"),
        "circle-x",
        address=_node,
        name=_("Synchronisation refused"),
        advice=_("The node’s page names the object. Correct it; the next change, or “Synchronise”, tries again."),
    )
)
NODE_UNREACHABLE = declare(
    AlarmKind(
        "node_unreachable",
        _("Node %(node)s cannot be reached, changes wait: %(reason)s"),
        "unplug",
        address=_node,
        name=_("Node unreachable"),
        advice=_("Is Asterisk running there, and does its AMI answer? manage.py doctor says more."),
    )
)
WORKER_AWAY = declare(
    AlarmKind(
        "worker_away",
        _("No worker listens for node %(node)s: changes wait, and nobody looks at its files."),
        "timer-off",
        address=_node,
        name=_("Worker of a node away"),
        advice=_("Start it beside the node: systemctl start voipadmin-node@NAME."),
    )
)
DRIFT_FOUND = declare(
    AlarmKind(
        "drift_found",
        ngettext_lazy(
            "Node %(node)s was altered past the panel in %(found)d place: %(example)s",
            "Node %(node)s was altered past the panel in %(found)d places, such as %(example)s",
            "found",
        ),
        "git-compare",
        is_severe=False,
        address=_node,
        name=_("Drift"),
        advice=_("Look at the findings on the node’s page: mend them, or adopt what is meant."),
    )
)
AUTHORIZER_BEHIND = declare(
    AlarmKind(
        "authorizer_behind",
        ngettext_lazy(
            "The authorizer of %(node)s is behind: the money of %(found)d call ran out a minute ago and was neither"
            " renewed nor released.",
            "The authorizer of %(node)s is behind: the money of %(found)d calls ran out a minute ago and was neither"
            " renewed nor released.",
            "found",
        ),
        "clock-alert",
        address=_nodes,
        name=_("Authorizer behind"),
        advice=_("Look at the load of the node and of PostgreSQL, and at the log of call_authorizer."),
    )
)
IMPORTER_BEHIND = declare(
    AlarmKind(
        "importer_behind",
        _("Call records of node %(node)s wait to be read: %(kilobytes)d KB of %(path)s. Balances and reports lag."),
        "clock-alert",
        address=_node,
        name=_("Importer behind"),
        advice=_("Is import_cdr --follow running there (systemctl status voipadmin-cdr)? Its log says why it stopped."),
    )
)
DISK_FULL = declare(
    AlarmKind(
        "disk_full",
        _("%(where)s: %(free)s GB are free on the disk of %(path)s (%(percent)s %%)."),
        "hard-drive",
        address=_nodes,
        name=_("Disk nearly full"),
        advice=_("Make room or enlarge the disk: PostgreSQL stops when it is full, and call records are lost."),
    )
)
