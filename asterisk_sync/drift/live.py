"""Compares the running Asterisk with the accepted set, and looks for objects that are from somewhere else."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiError
from asterisk_sync.ami.session import connected
from asterisk_sync.drift.difference import DriftDifference
from asterisk_sync.generations.expected import (
    DIALPLAN_MODULE,
    PJSIP_MODULE,
    DialplanLine,
    ExpectedConfig,
    expected_config,
)
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.models import DriftKind, Node
from asterisk_sync.reload.readback import LIST_ACTIONS, LIST_SECONDS
from asterisk_sync.reload.reloader import read_differences

PARTS = {PJSIP_MODULE: "PJSIP", DIALPLAN_MODULE: "dialplan"}
# Lines of one finding, and findings of foreign objects.
SHOWN_LINES = 100
SHOWN_FOREIGN = 200


def find_live_differences(node: Node, accepted: AcceptedSet) -> list[DriftDifference] | None:
    """Return a difference for each part, PJSIP or dialplan, that runs something else; None where AMI is away."""
    wanted = expected_config(accepted.files)
    try:
        with connected(node) as ami:
            # Compared as if no set had been there before: everything is read back, and endpoints in full.
            found = {part: read_differences(ami, wanted, ExpectedConfig(), frozenset({part})) for part in PARTS}
    except AmiError:
        # That a node is away is shown by the next change or the AMI worker.
        return None
    return [DriftDifference(DriftKind.LIVE, PARTS[part], _listing(lines)) for part, lines in found.items() if lines]


def find_foreign_objects(node: Node, accepted: AcceptedSet) -> list[DriftDifference]:
    """Return what is live and not from this panel: objects of PJSIP, and lines of the dialplan in our contexts."""
    wanted = expected_config(accepted.files)
    try:
        with connected(node) as ami:
            return list(islice((*_foreign_objects(ami, wanted), *_foreign_lines(ami, wanted)), SHOWN_FOREIGN))
    except AmiError:
        return []


def _foreign_objects(ami: AmiClient, wanted: ExpectedConfig) -> Iterator[DriftDifference]:
    kinds: dict[str, list[str]] = {}
    for kind, action in LIST_ACTIONS.items():
        rows = [headers for headers in ami.list_action(action, timeout=LIST_SECONDS) if headers["ObjectType"] == kind]
        for name in sorted({str(headers["ObjectName"]) for headers in rows} - wanted.names(kind)):
            kinds.setdefault(name, []).append(kind)
    for name, found in sorted(kinds.items()):
        facts = {"object": name, "kinds": ", ".join(found)}
        text = _("%(kinds)s: live, and not from this panel. Look in pjsip.conf and what it includes.") % facts
        yield DriftDifference(DriftKind.FOREIGN, name, text, _("%(object)s is live and not from this panel") % facts)


def _foreign_lines(ami: AmiClient, wanted: ExpectedConfig) -> Iterator[DriftDifference]:
    """Yield lines in our contexts that no file has; contexts of the operator's own are ignored."""
    events = ami.list_action("ShowDialPlan", timeout=LIST_SECONDS)
    live = {
        DialplanLine(str(event["Context"]), str(event["Extension"]))
        for event in events
        if "Priority" in event and str(event["Context"]) in wanted.contexts
    }
    for line in sorted(live - wanted.steps().keys()):
        facts = {"object": str(line), "context": line.context}
        text = _(
            "A line in %(context)s, which is not from this panel: from the console, or from extensions.conf and what "
            "it includes."
        )
        summary = _("%(object)s is live and not from this panel") % facts
        yield DriftDifference(DriftKind.FOREIGN, str(line), text % facts, summary)


def _listing(lines: Iterable[str]) -> str:
    shown = list(lines)
    more = len(shown) - SHOWN_LINES
    rest = [_("and %(count)s more") % {"count": more}] if more > 0 else []
    return "\n".join([*shown[:SHOWN_LINES], *rest])
