"""Reading an append-only file by byte offset: whole lines only, bounded memory, and which file it is. No database."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from billing.cdrs.lines.spool_format import MAX_LINE_BYTES

TAIL_BYTES = 512
# Of our own format: a caller cannot write this at the beginning of a line, for a quote of a value is doubled.
RECORD_START = re.compile(rb'"[0-9]{1,3}","')


@dataclass(frozen=True, slots=True)
class SpoolLine:
    """A line without its line end, and the byte at which it begins. A line beyond the limit is cut just above it."""

    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Which file it is, whatever its name; the hash of its first line tells a new file under a used inode number."""

    device: int
    inode: int
    head_hash: str


class SpoolFile:
    """An open spool. A rename by log rotation, or another file under its name, leaves this one open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def size(self) -> int:
        """Return its size now, in bytes."""
        return os.fstat(self._file.fileno()).st_size

    @property
    def state(self) -> tuple[int, int]:
        """Return size and time of the last write, which change when there is something to read."""
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns

    def identity(self) -> FileIdentity:
        """Return which file it is; the head is its first whole line, empty while there is none."""
        status = os.fstat(self._file.fileno())
        self._file.seek(0)
        first = self._file.readline(MAX_LINE_BYTES)
        whole = first.endswith(b"\n") or len(first) == MAX_LINE_BYTES
        return FileIdentity(status.st_dev, status.st_ino, hashlib.sha256(first).hexdigest() if whole else "")

    def tail_hash(self, offset: int) -> str:
        """Return the hash of the bytes just before `offset`."""
        start = max(0, offset - TAIL_BYTES)
        self._file.seek(start)
        return hashlib.sha256(self._file.read(offset - start)).hexdigest()

    def is_at(self, path: Path) -> bool:
        """Tell whether `path` still leads to this file."""
        try:
            there = path.stat()
        except OSError:
            return False
        here = os.fstat(self._file.fileno())
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def lines(self, offset: int) -> Iterator[tuple[SpoolLine, int]]:
        """Yield each whole line from `offset` on with the offset after it; half a last line is left for later.

        A record whose caller put line breaks into a name or number is one line of several.
        """
        self._file.seek(offset)
        while True:
            start = offset
            content = self._file.readline(MAX_LINE_BYTES + 2)
            if not content.endswith(b"\n"):
                skipped = self._skip_rest()
                if skipped is None:
                    return
                offset += skipped
            elif _goes_on(content):
                more = self._continuation(content)
                if more is None:
                    return
                content += more
            offset += len(content)
            yield SpoolLine(start, content.rstrip(b"\r\n")), offset

    def _continuation(self, begun: bytes) -> bytes | None:
        """Return what ends a record that goes on behind a line break, None where that is not written yet.

        1. Read on until the quotes are even: each quote of a value is doubled, so only the last column's end is odd.
        2. A line that begins as a record does is the next one: what was begun is half a line, and stays as it is.
        """
        more = b""
        while len(begun) + len(more) <= MAX_LINE_BYTES:
            place = self._file.tell()
            piece = self._file.readline(MAX_LINE_BYTES)
            if RECORD_START.match(piece):
                self._file.seek(place)
                return more
            if not piece.endswith(b"\n"):
                return None
            more += piece
            if not _goes_on(begun + more):
                return more
        return more

    def _skip_rest(self) -> int | None:
        """Pass over the rest of a line; return its length, or None where the file ends before the line does."""
        length = 0
        while True:
            piece = self._file.readline(MAX_LINE_BYTES)
            length += len(piece)
            if piece.endswith(b"\n"):
                return length
            if not piece:
                return None

    def rest(self, offset: int) -> bytes:
        """Return what follows `offset` and is no whole line, at most a line's length."""
        self._file.seek(offset)
        return self._file.read(MAX_LINE_BYTES + 2).rstrip(b"\n")


def _goes_on(content: bytes) -> bool:
    """Tell whether a record of our own format ends inside a quoted value."""
    return content.count(b'"') % 2 == 1 and RECORD_START.match(content) is not None


def rotated_siblings(path: Path) -> list[Path]:
    """Return what logrotate made of earlier spools (`voipadmin.csv.1`, `voipadmin.csv-20260111`), oldest first.

    Compressed ones are left out: a spool is read before it is compressed (logrotate's delaycompress).
    """
    found = []
    for sibling in path.parent.glob(f"{path.name}*"):
        suffix = sibling.name.removeprefix(path.name)
        if suffix[:1] in {".", "-"} and suffix[1:].replace("-", "").isdigit() and sibling.is_file():
            found.append((sibling.stat().st_mtime_ns, sibling))
    return [sibling for _written, sibling in sorted(found)]
