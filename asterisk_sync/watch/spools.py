"""How much of a call record file waits to be read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from billing.models import SpoolPosition


def unread_bytes(node_name: str, path: str, now: datetime, patience: timedelta) -> int:
    """Return the bytes of a file that wait longer than `patience`; 0 where it is read, or is not there.

    Nobody knows when each line was written: what is unread waits since the last line that was read, or since the file
    was last written where none ever was.
    """
    try:
        status = Path(path).stat()
    except OSError:
        return 0
    position = SpoolPosition.objects.filter(node_name=node_name, device=status.st_dev, inode=status.st_ino).first()
    read, since = (
        (position.offset, position.updated_at) if position else (0, datetime.fromtimestamp(status.st_mtime, UTC))
    )
    unread = status.st_size - read
    return unread if unread > 0 and now - since > patience else 0
