"""Labels for kinds of objects and steps of a run, of which the database keeps the short names."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import SyncRun
from voipadmin.core.errors import Message

KINDS: dict[str, Message] = {
    "customers": _("customers"),
    "trunk_addresses": _("trunk addresses"),
    "extensions": _("extensions"),
    "gateways": _("gateways"),
    "routes": _("routes"),
    "dids": _("DIDs"),
    "endpoint": _("endpoints"),
    "aor": _("addresses of record"),
    "auth": _("passwords"),
    "registration": _("registrations at carriers"),
    "identify": _("known addresses"),
    "context": _("contexts of the dialplan"),
    "extension": _("lines of the dialplan"),
    "tried": _("loaded by the throwaway Asterisk"),
}
# The steps of the pipeline, in their order.
STEPS: dict[str, Message] = {
    "compare": _("compare"),
    "snapshot": _("snapshot"),
    "render": _("render"),
    "validate": _("validate"),
    "try": _("throwaway Asterisk"),
    "connect": _("connect"),
    "write": _("write"),
    "reload": _("reload"),
    "verify": _("read back"),
    "set_back": _("set back"),
    "total": _("in all"),
}


def labelled_counts(counts: Mapping[str, Any]) -> list[tuple[Message, Any]]:
    """Return the label of each kind with its number."""
    return [(kind_label(kind), count) for kind, count in counts.items()]


def kind_label(kind: str) -> Message:
    """Return the label of a kind of objects."""
    return KINDS.get(kind, kind.replace("_", " "))


def step_timings(run: SyncRun) -> list[tuple[Message, int]]:
    """Return the label and the milliseconds of each step of a run, in order.

    A step without a label, of another release, comes before the total.
    """
    names = [name for name in run.timings if name != "attempts"]
    order = list(STEPS)
    names.sort(key=lambda name: order.index(name) if name in STEPS else len(order) - 1.5)
    return [(STEPS.get(name, name.replace("_", " ")), run.timings[name]) for name in names]
