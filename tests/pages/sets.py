"""Sets of files in the states in which runs leave them, and what a page says."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from asterisk_sync.generations import store
from asterisk_sync.models import (
    ApplyMode,
    DriftFinding,
    Generation,
    GenerationStatus,
    Node,
    OutboxEntry,
    SyncState,
)
from asterisk_sync.rendering.files import FILE_NAMES, seal

SECRET = "Very.secret.1"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def files(generation: int, *extensions: str) -> dict[str, str]:
    """A set whose only objects are extensions."""
    bodies = dict.fromkeys(FILE_NAMES, "")
    for name in extensions:
        bodies["pjsip_extensions.conf"] += (
            f"[{name}]\ntype=endpoint\naccountcode=CLINICA\ncallerid=Ramal <{name}>\nauth={name}\n\n"
            f"[{name}]\ntype=auth\nusername={name}\npassword={SECRET}\n\n"
        )
    return {name: seal(name, body, generation) for name, body in bodies.items()}


def accepted(node: Node, number: int, *extensions: str, **facts: Any) -> Generation:
    """A set that the node accepted `number` minutes after the first one."""
    moment = timezone.now() - timedelta(days=1) + timedelta(minutes=number)
    return store.record(node, number, files(number, *extensions), **{"accepted_at": moment, **facts})


def noted(node: Node, generation: int, instance: Any, action: str = "changed", actor: str = "ana") -> OutboxEntry:
    entry: OutboxEntry = OutboxEntry.objects.create(
        node=node,
        generation=generation,
        object_label=instance._meta.label_lower,
        object_id=str(instance.pk),
        object_name=str(instance),
        action=action,
        actor=actor,
    )
    return entry


def set_state(node: Node, **fields: Any) -> None:
    Node.objects.filter(pk=node.pk).update(**fields)


def waits(node: Node, number: int, *extensions: str, status: str = "staged", **facts: Any) -> Generation:
    """A set that waits for somebody, as a run leaves it."""
    found = store.record(node, number, files(number, *extensions), status=GenerationStatus(status), **facts)
    set_state(
        node,
        state=SyncState(status),
        desired_generation=number,
        attempted_generation=number,
        applied_generation=number - 1,
        mode=ApplyMode.STAGED if status == "staged" else ApplyMode.DIRECT,
    )
    return found


def drifted(node: Node, *, settlement: str = "") -> DriftFinding:
    """A file that somebody edited, found."""
    accepted(node, 1, "u1")
    found = store.record(node, 1, files(1, "u1", "u-by-hand"), status=GenerationStatus.DRIFTED)
    finding: DriftFinding = DriftFinding.objects.create(
        node=node, kind="file", subject="pjsip_extensions.conf", generation=found, settlement=settlement
    )
    return finding
