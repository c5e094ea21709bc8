"""The Celery door of the simulator: a worker beside a node looks at its dialplan."""

from uuid import UUID

from celery import shared_task

from asterisk_sync.simulator import checking


@shared_task(name=checking.LOOK_TASK)  # type: ignore[untyped-decorator]  # celery has no types
def look(node_id: str, wanted: list[list[str]], key: str) -> None:
    """Look at places of a node's dialplan and leave what is there in the cache."""
    checking.look(UUID(node_id), [(context, name) for context, name in wanted], key)
