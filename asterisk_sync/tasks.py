"""The Celery tasks: entry points without logic. Their names stay, as messages that wait in a queue name them."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from asterisk_sync import drift
from asterisk_sync.authorizer.heartbeat import report_unanswered_nodes
from asterisk_sync.changes.outbox import SYNC_TASK, send_to_node, wake_worker
from asterisk_sync.changes.plan_days import announce_plan_days
from asterisk_sync.changes.queries import due_nodes
from asterisk_sync.changes.sweeper_heartbeat import note_sweep
from asterisk_sync.changes.workers import REPORT_TASK, ask_for_heartbeats, node_task
from asterisk_sync.conferences import recordings, upkeep
from asterisk_sync.models import Node
from asterisk_sync.pipeline import run
from asterisk_sync.simulator.tasks import look
from asterisk_sync.watch import disks, gateways, nodes
from voipadmin.core.runtime.task_limits import SHORT

__all__ = [
    "audit_drift",
    "audit_node",
    "delete_old_recordings",
    "delete_recordings_of_node",
    "follow_plan",
    "look",
    "report_worker",
    "settle_conferences",
    "start_conferences",
    "sweep_pending",
    "sync_node",
    "watch_all_files",
    "watch_authorizers",
    "watch_files",
    "watch_nodes",
]

AUDIT_TASK = "asterisk_sync.tasks.audit_node"
FILES_TASK = "asterisk_sync.tasks.watch_files"
RECORDINGS_TASK = "asterisk_sync.tasks.delete_recordings_of_node"


@node_task(SYNC_TASK)
def sync_node(node: Node) -> None:
    """Bring one node to what the database says."""
    run.synchronise(node.pk)


@node_task(AUDIT_TASK)
def audit_node(node: Node) -> None:
    """Audit one node for drift."""
    drift.audit_node(node)
    # A change that came meanwhile found the node busy.
    run.synchronise(node.pk)


@node_task(REPORT_TASK, SHORT)
def report_worker(_node: Node) -> None:
    """Do nothing: by taking the message the worker has reported itself."""


@shared_task(name="asterisk_sync.tasks.sweep_pending", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def sweep_pending() -> None:
    """Wake the worker of each node that is due: after a lost message, a dead worker, or for a retry."""
    for node in due_nodes():
        wake_worker(node.pk)
    ask_for_heartbeats()
    note_sweep()


@shared_task(name="asterisk_sync.tasks.follow_plan", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def follow_plan() -> None:
    """Give the nodes a new generation on the days on which the numbering plan changes."""
    announce_plan_days()


@shared_task(name="asterisk_sync.tasks.audit_drift", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def audit_drift() -> None:
    """Have every enabled node audited by its worker."""
    for node in Node.objects.filter(enabled=True):
        send_to_node(node, AUDIT_TASK)


@shared_task(name="asterisk_sync.tasks.watch_authorizers", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_authorizers() -> None:
    """Say of each node whether its calls are authorized; beat calls it four times a minute."""
    report_unanswered_nodes()


@shared_task(name="asterisk_sync.tasks.watch_nodes", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_nodes() -> None:
    """Open and close the alarms of gateways, nodes and disks; beat calls it every 15 s."""
    now = timezone.now()
    gateways.report_down_gateways(now)
    nodes.report_nodes(now)
    nodes.close_unwatched(now)
    disks.report_disks_of_panel(now)


@node_task(FILES_TASK, SHORT)
def watch_files(node: Node) -> None:
    """Open and close the alarms of a node's call record file and disks: only its machine sees them."""
    now = timezone.now()
    nodes.report_importer(node, now)
    disks.report_disks_of_node(node, now)


@shared_task(name="asterisk_sync.tasks.watch_all_files", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def watch_all_files() -> None:
    """Have the worker beside each node look at its files; beat calls it every minute."""
    for node in Node.objects.filter(enabled=True):
        send_to_node(node, FILES_TASK)


@node_task(RECORDINGS_TASK, SHORT)
def delete_recordings_of_node(node: Node) -> None:
    """Delete the recordings of a node's conferences that are kept no longer."""
    recordings.delete_old_recordings(node, timezone.now(), settings.CONFERENCE_RECORDING_DAYS)


@shared_task(name="asterisk_sync.tasks.delete_old_recordings", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def delete_old_recordings() -> None:
    """Have the worker beside each node delete the recordings that are kept no longer."""
    for node in Node.objects.filter(enabled=True):
        send_to_node(node, RECORDINGS_TASK)


@shared_task(name="asterisk_sync.tasks.start_conferences", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def start_conferences() -> None:
    """Start the conferences whose time has come, and remind people of those that are held soon."""
    upkeep.start_due(timezone.now())
    upkeep.remind(timezone.now())


@shared_task(name="asterisk_sync.tasks.settle_conferences", **SHORT)  # type: ignore[untyped-decorator]  # celery has no types
def settle_conferences() -> None:
    """Close the sessions that no node closes, and correct ended ones by their call records."""
    upkeep.close_lost(timezone.now())
    upkeep.settle(timezone.now())
