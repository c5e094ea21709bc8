"""Nodes that refuse their set, cannot be reached, drifted, or whose workers, authorizer or importer are behind."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max

from asterisk_sync.alarms import (
    AUTHORIZER_BEHIND,
    DISK_FULL,
    DRIFT_FOUND,
    IMPORTER_BEHIND,
    NODE_UNREACHABLE,
    SYNC_REFUSED,
    WORKER_AWAY,
)
from asterisk_sync.changes.workers import heartbeat_of
from asterisk_sync.models import DriftFinding, Node, SyncState
from asterisk_sync.watch.spools import unread_bytes
from billing.models import CreditHold, HoldState
from voipadmin.core.alarms.services import close_alarm, report_state, report_subject
from voipadmin.core.alarms.steadiness import report_steadily
from voipadmin.core.models import Alarm

LONGEST_REASON = 300
WORST_DELAY = timedelta(seconds=60)
UNWATCHED_AFTER = timedelta(minutes=15)


def report_nodes(now: datetime) -> None:
    """Bring the alarms of nodes up to what the database says of them."""
    nodes = list(Node.objects.filter(enabled=True).defer("ami_secret", "originate_secret"))
    refused = {str(node.pk): _why(node) for node in nodes if node.state == SyncState.REFUSED}
    report_state(SYNC_REFUSED, refused, now=now)
    unreachable = {str(node.pk): _why(node) for node in nodes if node.state == SyncState.UNREACHABLE}
    _steadily(NODE_UNREACHABLE, unreachable, now)
    away = {str(node.pk): {"node": node.name} for node in nodes if heartbeat_of(node, now).is_away}
    _steadily(WORKER_AWAY, away, now)
    report_state(DRIFT_FOUND, _drifted(), now=now)
    report_state(AUTHORIZER_BEHIND, _behind(now), now=now)


def report_importer(node: Node, now: datetime) -> None:
    """Say whether the call records of a node wait unread; asked of the worker beside the node, who sees the file."""
    unread = unread_bytes(node.name, node.cdr_path, now, timedelta(seconds=settings.IMPORTER_BEHIND_SECONDS))
    details = {"node": node.name, "kilobytes": -(-unread // 1024), "path": node.cdr_path} if unread else None
    report_subject(IMPORTER_BEHIND, str(node.pk), details, now=now)


def close_unwatched(now: datetime) -> None:
    """Close the alarms of disks and importers that nobody looked at for long: the node is gone, or its worker is."""
    kinds = [IMPORTER_BEHIND.code, DISK_FULL.code]
    for alarm in Alarm.objects.filter(kind__in=kinds, closed_at=None, last_seen_at__lt=now - UNWATCHED_AFTER):
        close_alarm(alarm, now=now)


def _steadily(kind: Any, seen: dict[str, dict[str, Any]], now: datetime) -> None:
    after = timedelta(seconds=settings.GATEWAY_DOWN_SECONDS)
    report_steadily(kind, seen, now=now, opens_after=after, closes_after=timedelta(seconds=settings.GATEWAY_UP_SECONDS))


def _why(node: Node) -> dict[str, Any]:
    return {"node": node.name, "reason": " ".join(node.reason.split())[:LONGEST_REASON] or "?"}


def _drifted() -> dict[str, dict[str, Any]]:
    rows = DriftFinding.objects.filter(settlement="", node__enabled=True).order_by()
    grouped = rows.values("node_id", name=F("node__name")).annotate(found=Count("pk"), example=Max("subject"))
    return {
        str(row["node_id"]): {"node": row["name"], "found": row["found"], "example": row["example"]} for row in grouped
    }


def _behind(now: datetime) -> dict[str, dict[str, Any]]:
    """Return the nodes with holds that ran out a minute ago and that nobody renewed or released."""
    late = CreditHold.objects.filter(state=HoldState.ACTIVE, expires_at__lt=now - WORST_DELAY).order_by()
    counted = late.values("node_name").annotate(found=Count("pk"))
    return {row["node_name"]: {"node": row["node_name"], "found": row["found"]} for row in counted}
