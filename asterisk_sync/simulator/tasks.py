"""Celery entry point of the simulator: the worker beside a node looks at its dialplan."""

from asterisk_sync.changes.workers import node_task
from asterisk_sync.models import Node
from asterisk_sync.simulator import checking
from voipadmin.core.runtime.task_limits import SHORT


@node_task(checking.LOOK_TASK, SHORT)
def look(node: Node, wanted: str, key: str) -> None:
    """Look at places of a node's dialplan and leave what is there in the cache."""
    checking.read_places_for_check(node, wanted, key)
