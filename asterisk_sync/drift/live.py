"""What the running Asterisk has, against what the accepted set says."""

from collections.abc import Iterable
from itertools import islice

from django.utils.translation import gettext as _

from asterisk_sync.ami import AmiClient
from asterisk_sync.ami_messages import AmiError
from asterisk_sync.contents import AcceptedSet
from asterisk_sync.drift.difference import Difference
from asterisk_sync.expectation import DIALPLAN_MODULE, PJSIP_MODULE, DialplanLine, Expectation, expect
from asterisk_sync.models import DriftKind, Node
from asterisk_sync.reloader import LIST_ACTIONS, RELOAD_SECONDS, connected, read_differences

PARTS = {PJSIP_MODULE: "PJSIP", DIALPLAN_MODULE: "dialplan"}
# Lines of one finding, and findings of objects that nobody knows.
SHOWN_LINES = 100
SHOWN_STRANGERS = 200


def compare(node: Node, accepted: AcceptedSet) -> list[Difference] | None:
    """Return one difference for each part of Asterisk that runs something else; None where it cannot be asked."""
    wanted = expect(accepted.files)
    try:
        with connected(node) as ami:
            found = {part: read_differences(ami, wanted, wanted, frozenset({part})) for part in PARTS}
            found[DIALPLAN_MODULE] += [
                _("%(object)s is there and should not be") % {"object": str(line)} for line in _intruders(ami, wanted)
            ]
    except AmiError:
        # Not reachable is another matter, which the next change or the AMI worker shows.
        return None
    return [Difference(DriftKind.LIVE, PARTS[part], _listing(lines)) for part, lines in found.items() if lines]


def foreign(node: Node, accepted: AcceptedSet) -> list[Difference]:
    """Return the objects of PJSIP that are live and that the panel has not made."""
    wanted = expect(accepted.files)
    kinds: dict[str, list[str]] = {}
    try:
        with connected(node) as ami:
            for kind, action in LIST_ACTIONS.items():
                rows = [headers for headers in ami.list_action(action) if headers.get("ObjectType") == kind]
                for name in sorted({str(headers["ObjectName"]) for headers in rows} - wanted.names(kind)):
                    kinds.setdefault(name, []).append(kind)
    except AmiError:
        return []
    return [_stranger(name, found) for name, found in islice(sorted(kinds.items()), SHOWN_STRANGERS)]


def _stranger(name: str, kinds: list[str]) -> Difference:
    facts = {"object": name, "kinds": ", ".join(kinds)}
    text = _("%(kinds)s: live, and not from this panel. Look in pjsip.conf and what it includes.") % facts
    return Difference(DriftKind.FOREIGN, name, text, _("%(object)s is live and not from this panel") % facts)


def _intruders(ami: AmiClient, wanted: Expectation) -> list[DialplanLine]:
    """Return what is in our contexts and not ours; contexts of the operator's own are left alone."""
    ours = wanted.steps().keys()
    events = ami.list_action("ShowDialPlan", timeout=RELOAD_SECONDS)
    live = {
        DialplanLine(str(event["Context"]), str(event["Extension"]))
        for event in events
        if "Priority" in event and str(event["Context"]) in wanted.contexts
    }
    return sorted(live - ours)


def _listing(lines: Iterable[str]) -> str:
    shown = list(lines)
    more = len(shown) - SHOWN_LINES
    rest = [_("and %(count)s more") % {"count": more}] if more > 0 else []
    return "\n".join([*shown[:SHOWN_LINES], *rest])
