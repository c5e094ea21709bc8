"""Compares a simulation with its node: at once, or by the worker beside the node, whose answer waits in the cache.

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
from asterisk_sync.simulator.live_check import Lookup, LookupDifference, compare_lookups, read_places

log = structlog.get_logger(__name__)

LOOK_TASK = "asterisk_sync.simulator.look"
ANSWER_SECONDS = 5.0
KEPT_SECONDS = 60


class Agreement(StrEnum):
    """The result of a comparison."""

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
    differences: tuple[LookupDifference, ...] = ()
    reason: str = ""


def check_now(node: Node, wanted: Sequence[Lookup]) -> LiveCheck:
    """Ask the node here and now; for commands and workers, never for a page."""
    if not wanted:
        return LiveCheck(node.name, Agreement.NOTHING)
    try:
        with connected(node) as client:
            found = read_places(client, [(lookup.context, lookup.name) for lookup in wanted])
    except (AmiError, OSError) as error:
        return LiveCheck(node.name, Agreement.SILENT, reason=str(error))
    return _compared(node, wanted, found)


def request_check(node: Node, wanted: Sequence[Lookup], *, asked_by: UUID) -> str:
    """Ask the worker beside the node to compare; return the key for `answer_of`, empty where the cache is away."""
    key = secrets.token_urlsafe(32)
    asked = {
        "node": str(node.pk),
        "user": str(asked_by),
        "at": timezone.now().timestamp(),
        "wanted": [asdict(lookup) for lookup in wanted],
    }
    try:
        cache.set(_request_key(key), asked, KEPT_SECONDS)
    except Exception as error:
        # Whatever the cache's trouble, a simulation without a comparison is better than none.
        log.warning("look_not_asked", node=node.name, error=str(error))
        return ""
    send_to_node(node, LOOK_TASK, json.dumps([[lookup.context, lookup.name] for lookup in wanted]), key)
    return key


def read_places_for_check(node: Node, wanted: str, key: str) -> None:
    """Read places of the node's dialplan and leave them in the cache, if somebody still waits; runs in its worker."""
    if cache.get(_request_key(key)) is None:
        return
    try:
        with connected(node) as client:
            answer: dict[str, Any] = {
                "found": read_places(client, [(context, name) for context, name in json.loads(wanted)])
            }
    except (AmiError, OSError) as error:
        answer = {"silent": str(error)}
    cache.set(_answer_key(key), answer, KEPT_SECONDS)


def answer_of(key: str, *, asked_by: UUID) -> LiveCheck | None:
    """Return how the comparison stands; None for a key that is unknown, expired or another user's."""
    stored = cache.get_many([_request_key(key), _answer_key(key)])
    asked = stored.get(_request_key(key))
    node = Node.objects.filter(pk=asked["node"]).first() if asked and asked["user"] == str(asked_by) else None
    if asked is None or node is None:
        return None
    answer = stored.get(_answer_key(key))
    if answer is None:
        late = timezone.now().timestamp() - asked["at"] > ANSWER_SECONDS
        return LiveCheck(node.name, Agreement.SILENT if late else Agreement.WAITING)
    if "silent" in answer:
        return LiveCheck(node.name, Agreement.SILENT, reason=answer["silent"])
    wanted = [Lookup(item["context"], item["name"], tuple(item["expected"])) for item in asked["wanted"]]
    return _compared(node, wanted, answer["found"])


def _compared(node: Node, wanted: Sequence[Lookup], found: Sequence[Sequence[str]]) -> LiveCheck:
    differences = compare_lookups(wanted, found)
    agreement = Agreement.DIFFERS if differences else Agreement.AGREES
    return LiveCheck(node.name, agreement, len(wanted), differences, _why(node) if differences else "")


def _why(node: Node) -> str:
    """Say why the node may differ: changes that wait to be applied."""
    waiting = node.desired_generation - node.applied_generation
    if waiting <= 0:
        return ""
    return ngettext(
        "%(count)s change waits to be applied on this node.",
        "%(count)s changes wait to be applied on this node.",
        waiting,
    ) % {"count": waiting}


def _request_key(key: str) -> str:
    return f"asterisk_sync:simulation:{key}:asked"


def _answer_key(key: str) -> str:
    return f"asterisk_sync:simulation:{key}:answer"
