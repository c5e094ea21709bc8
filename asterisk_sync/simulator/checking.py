"""Comparing a simulation with its node: at once, or by a worker beside the node, whose answer waits in the cache.

A page never holds a manager connection: it asks a worker and polls for the answer under a key that nobody can guess.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import ngettext

from asterisk_sync.ami.messages import AmiError
from asterisk_sync.ami.session import connected
from asterisk_sync.changes.outbox import send_to_node
from asterisk_sync.models import Node
from asterisk_sync.simulator.live_check import Difference, Lookup, compare, look_at

log = structlog.get_logger(__name__)

LOOK_TASK = "asterisk_sync.simulator.look"
PATIENCE_SECONDS = 5.0
KEPT_SECONDS = 60


class Agreement(StrEnum):
    """What came of a comparison."""

    AGREES = "agrees"
    DIFFERS = "differs"
    WAITING = "waiting"
    SILENT = "silent"
    NOTHING = "nothing"  # no place of the dialplan decides this call


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """How a simulation and its node compare; `reason` says why a silent node is silent, or may differ."""

    node: str
    agreement: Agreement
    compared: int = 0
    differences: tuple[Difference, ...] = ()
    reason: str = ""


def check_now(node: Node, wanted: Sequence[Lookup]) -> LiveCheck:
    """Ask the node here and now; for commands and workers, never for a page."""
    if not wanted:
        return LiveCheck(node.name, Agreement.NOTHING)
    try:
        with connected(node) as client:
            found = look_at(client, [(lookup.context, lookup.name) for lookup in wanted])
    except (AmiError, OSError) as error:
        return LiveCheck(node.name, Agreement.SILENT, reason=str(error))
    return _compared(node, wanted, found)


def ask(node: Node, wanted: Sequence[Lookup], *, asked_by: UUID) -> str:
    """Have a worker beside the node look; return the key under which `answer_of` finds it, or nothing."""
    key = secrets.token_urlsafe(32)
    asked = {
        "node": str(node.pk),
        "user": str(asked_by),
        "at": timezone.now().timestamp(),
        "wanted": [asdict(lookup) for lookup in wanted],
    }
    try:
        cache.set(_asked(key), asked, KEPT_SECONDS)
    except Exception as error:
        # Whatever the cache's trouble, a simulation without a comparison is better than none.
        log.warning("look_not_asked", node=node.name, error=str(error))
        return ""
    send_to_node(node, LOOK_TASK, json.dumps([[lookup.context, lookup.name] for lookup in wanted]), key)
    return key


def look(node: Node, wanted: str, key: str) -> None:
    """Look at the node and leave what is there in the cache, if somebody still waits; runs in a worker."""
    if cache.get(_asked(key)) is None:
        return
    try:
        with connected(node) as client:
            answer: dict[str, Any] = {
                "found": look_at(client, [(context, name) for context, name in json.loads(wanted)])
            }
    except (AmiError, OSError) as error:
        answer = {"silent": str(error)}
    cache.set(_answered(key), answer, KEPT_SECONDS)


def answer_of(key: str, *, asked_by: UUID) -> LiveCheck | None:
    """Return how the comparison stands; None for a key that is unknown, expired or another user's."""
    stored = cache.get_many([_asked(key), _answered(key)])
    asked = stored.get(_asked(key))
    node = Node.objects.filter(pk=asked["node"]).first() if asked and asked["user"] == str(asked_by) else None
    if asked is None or node is None:
        return None
    answer = stored.get(_answered(key))
    if answer is None:
        late = timezone.now().timestamp() - asked["at"] > PATIENCE_SECONDS
        return LiveCheck(node.name, Agreement.SILENT if late else Agreement.WAITING)
    if "silent" in answer:
        return LiveCheck(node.name, Agreement.SILENT, reason=answer["silent"])
    wanted = [Lookup(item["context"], item["name"], tuple(item["expected"])) for item in asked["wanted"]]
    return _compared(node, wanted, answer["found"])


def _compared(node: Node, wanted: Sequence[Lookup], found: Sequence[Sequence[str]]) -> LiveCheck:
    differences = compare(wanted, found)
    agreement = Agreement.DIFFERS if differences else Agreement.AGREES
    return LiveCheck(node.name, agreement, len(wanted), differences, _why(node) if differences else "")


def _why(node: Node) -> str:
    """Say what may explain a difference."""
    waiting = node.desired_generation - node.applied_generation
    if waiting <= 0:
        return ""
    return ngettext(
        "%(count)s change waits to be applied on this node.",
        "%(count)s changes wait to be applied on this node.",
        waiting,
    ) % {"count": waiting}


def _asked(key: str) -> str:
    return f"asterisk_sync:simulation:{key}:asked"


def _answered(key: str) -> str:
    return f"asterisk_sync:simulation:{key}:answer"
