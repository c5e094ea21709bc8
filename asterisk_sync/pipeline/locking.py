"""One writer for each node: an advisory lock of PostgreSQL."""

from contextlib import AbstractContextManager
from uuid import UUID

from voipadmin.core.runtime.locks import SessionLock, lock_key, session_lock


def node_lock(node_id: UUID) -> AbstractContextManager[SessionLock | None]:
    """Hold the lock of a node for a block, or give None at once where somebody else has it."""
    return session_lock(lock_key(b"asterisk_sync:" + node_id.bytes))
