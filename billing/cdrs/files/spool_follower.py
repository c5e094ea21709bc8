"""Following a spool while Asterisk writes it, through rotation and truncation."""

import time
from collections.abc import Iterator
from pathlib import Path

from billing.cdrs.files.spool_file import SpoolFile, rotated_siblings
from billing.cdrs.files.spool_import import ImportSummary, SpoolImporter

# A writer may still be at a file that was renamed a moment ago.
SETTLING_SECONDS = 2.0


class SpoolFollower:
    """Imports what is new in one spool each time it is polled; a poll that finds nothing costs two `stat` calls.

    1. Files that were rotated away while nobody followed come first, the oldest before the others.
    2. Then the file at `path` is read, as long as it is there.
    3. When another file takes its place, what is left of the first one is read once nobody can be writing to it.
    """

    def __init__(self, importer: SpoolImporter, path: Path) -> None:
        self.path = path
        self._importer = importer
        self._spool: SpoolFile | None = None
        self._seen = (-1, -1)
        self._settles_at: float | None = None
        self._began = False

    def poll(self) -> Iterator[ImportSummary]:
        """Import what was written since the last poll; yield after each committed batch."""
        if self._spool is None and self.path.is_file():
            self._spool, self._seen = SpoolFile(self.path), (-1, -1)
        if not self._began:
            yield from self._earlier_files()
            # As long as none is open, a file may come and be rotated away between two polls.
            self._began = self._spool is not None
        if self._spool is None:
            return
        now = self._spool.state
        if now != self._seen:
            yield from self._importer.batches(self._spool)
            self._seen = now
        if not self._spool.is_at(self.path):
            yield from self._leave(self._spool)

    def _leave(self, spool: SpoolFile) -> Iterator[ImportSummary]:
        """Finish a file that was renamed, as soon as nobody can be writing to it any more."""
        if self._settles_at is None:
            self._settles_at = time.monotonic() + SETTLING_SECONDS
        if time.monotonic() < self._settles_at:
            return
        yield from self._importer.batches(spool)
        yield self._importer.finish(spool)
        self.close()
        # Between this file and the one that is there now, others may have been rotated away.
        self._began = False

    def _earlier_files(self) -> Iterator[ImportSummary]:
        """Import what was rotated away while nobody followed; a file that was read already costs one query."""
        for sibling in rotated_siblings(self.path):
            with SpoolFile(sibling) as spool:
                yield from self._importer.batches(spool)
                if time.time() - spool.state[1] / 1e9 > SETTLING_SECONDS:
                    yield self._importer.finish(spool)

    def close(self) -> None:
        """Close the file that is open."""
        if self._spool is not None:
            self._spool.close()
        self._spool = self._settles_at = None
