"""Celery doors to the pipeline: no logic in here."""

from uuid import UUID

from celery import shared_task

from asterisk_sync import drift, pipeline
from asterisk_sync.outbox import SYNC_TASK, wake_worker
from asterisk_sync.queries import due_nodes
from asterisk_sync.simulator.tasks import look
from asterisk_sync.sweeping import note_sweep

__all__ = ["audit_drift", "look", "sweep_pending", "sync_node"]


@shared_task(name=SYNC_TASK)  # type: ignore[untyped-decorator]  # celery has no types
def sync_node(node_id: str) -> None:
    """Bring one node to what the database says."""
    pipeline.synchronise(UUID(node_id))


@shared_task(name="asterisk_sync.tasks.sweep_pending")  # type: ignore[untyped-decorator]  # celery has no types
def sweep_pending() -> None:
    """Wake a worker for each node that waits: lost wake-ups, dead workers and due retries end here."""
    for node in due_nodes():
        wake_worker(node.pk)
    note_sweep()


@shared_task(name="asterisk_sync.tasks.audit_drift")  # type: ignore[untyped-decorator]  # celery has no types
def audit_drift() -> None:
    """Look for nodes that run, or would be given, something else than what was accepted."""
    drift.audit_nodes()
