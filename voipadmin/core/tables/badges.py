"""The visual vocabulary of states: a colour, an icon and always the word."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide


@dataclass(frozen=True)
class Look:
    """How a state is drawn; `tone` is one of ok, warn, bad, info, off."""

    tone: str
    icon: str


LOOKS: dict[str, Look] = {
    "active": Look("ok", "circle-check"),
    "suspended": Look("warn", "circle-pause"),
    "closed": Look("off", "circle-x"),
    "free": Look("info", "circle-dashed"),
    "allocated": Look("ok", "circle-check"),
    "quarantined": Look("warn", "hourglass"),
    "blocked": Look("bad", "ban"),
    "applied": Look("ok", "circle-check"),
    "unchanged": Look("off", "equal"),
    "pending": Look("warn", "clock"),
    "running": Look("info", "loader"),
    "done": Look("ok", "circle-check"),
    "cancelled": Look("off", "ban"),
    "refused": Look("bad", "circle-x"),
    "failed": Look("bad", "circle-x"),
    "rolled_back": Look("bad", "undo-2"),
    "unreachable": Look("bad", "unplug"),
    "accepted": Look("ok", "circle-check"),
    "staged": Look("warn", "inbox"),
    "confirm": Look("bad", "shield-alert"),
    "held": Look("warn", "circle-pause"),
    "drifted": Look("info", "scan-search"),
    "unsettled": Look("bad", "triangle-alert"),
    "mended": Look("ok", "wrench"),
    "adopted": Look("info", "bookmark-check"),
    "gone": Look("off", "circle-check"),
    "reachable": Look("ok", "circle-check"),
    "registered": Look("ok", "circle-check"),
    "unregistered": Look("off", "circle-dashed"),
    "unknown": Look("off", "circle-question-mark"),
    "waiting": Look("off", "clock"),
    "dialling": Look("off", "phone-outgoing"),
    "ringing": Look("info", "bell-ring"),
    "joined": Look("ok", "phone"),
    "left": Look("off", "log-out"),
    "not_joined": Look("bad", "phone-off"),
    "going_on": Look("ok", "radio"),
    "over": Look("off", "circle-check"),
    "preparing": Look("info", "loader"),
    "made": Look("ok", "file-check"),
    "sent": Look("ok", "mail-check"),
    "issued": Look("ok", "file-check"),
    "ANSWERED": Look("ok", "phone"),
    "NO ANSWER": Look("warn", "phone-missed"),
    "BUSY": Look("warn", "phone-off"),
    "FAILED": Look("bad", "circle-x"),
    "CONGESTION": Look("bad", "triangle-alert"),
    "outbound": Look("info", "arrow-up-right"),
    "inbound": Look("info", "arrow-down-left"),
    "internal": Look("off", "arrow-left-right"),
    "true": Look("ok", "circle-check"),
    "false": Look("off", "circle-x"),
    "loss": Look("bad", "trending-down"),
    "contradictory": Look("warn", "circle-question-mark"),
    "alarm_open": Look("bad", "siren"),
    "alarm_acknowledged": Look("info", "user-check"),
    "alarm_silenced": Look("off", "bell-off"),
    "alarm_closed": Look("ok", "circle-check"),
    "delivered": Look("ok", "circle-check"),
    "given_up": Look("bad", "circle-x"),
    "alarm_severe": Look("bad", "triangle-alert"),
    "alarm_minor": Look("warn", "info"),
    "admin": Look("info", "shield-check"),
    "operator": Look("info", "headset"),
    "finance": Look("info", "coins"),
    "viewer": Look("off", "eye"),
    "customer": Look("off", "building-2"),
}
PLAIN = Look("off", "circle")


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 16) -> SafeString:
    """Return an inline SVG that screen readers skip."""
    return SafeString(lucide(name, size=size, aria_hidden="true", focusable="false"))


def badge(value: Any, label: Any) -> SafeString:
    """Return the badge of a state; an unknown one is drawn plainly."""
    look = LOOKS.get(str(value), PLAIN)
    return format_html(
        '<span class="badge-state tone-{}">{}<span>{}</span></span>', look.tone, icon(look.icon, 14), label
    )


def yes_no(value: object) -> SafeString:
    """Return the badge of a truth value."""
    return badge("true", _("Yes")) if value else badge("false", _("No"))
