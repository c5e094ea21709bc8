"""The recordings of conferences on the disk of a node, and how long they are kept there."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from asterisk_sync.models import ConferenceSession, Node

log = structlog.get_logger(__name__)

# As `ConferenceSession.recording` names them: nothing else in that folder is ours.
_RECORDING = re.compile(r"conference-[0-9a-f]{32}\.wav")


def recordings_folder(node: Node) -> Path:
    """Return where Asterisk leaves recordings: `monitor` beside the outgoing spool."""
    return Path(node.spool_path).parent / "monitor"


def recording_of(session: ConferenceSession) -> Path | None:
    """Return the file of what was recorded of a session that is over, None where this machine has it not.

    Asterisk completes the file when the room is empty. The node's disk may be that of another machine.
    """
    if session.node is None or session.ended_at is None or not session.recording():
        return None
    path = recordings_folder(session.node) / session.recording()
    try:
        return path if path.is_file() else None
    except PermissionError:
        return None


def delete_old_recordings(node: Node, now: datetime, days: int) -> int:
    """Delete the recordings that nobody has written to for so many days; return how many. 0 days keep all."""
    folder = recordings_folder(node)
    if not days or not folder.is_dir():
        return 0
    oldest = (now - timedelta(days=days)).timestamp()
    deleted = 0
    for path in folder.iterdir():
        if _RECORDING.fullmatch(path.name) and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            log.info("recording_deleted", node=node.name, recording=path.name)
            deleted += 1
    return deleted
