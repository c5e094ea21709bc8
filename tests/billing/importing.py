"""Importing a whole spool, for the tests and the benches."""

from pathlib import Path

from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.files.spool_import import BATCH_LINES, ImportSummary, SpoolImporter


def import_file(path: Path, *, node: str = "pbx1", batch_lines: int = BATCH_LINES) -> ImportSummary:
    """Import what is new in a file, as an importer that has just begun."""
    with SpoolFile(path) as spool:
        return import_all(SpoolImporter(node, batch_lines=batch_lines), spool)


def import_all(importer: SpoolImporter, spool: SpoolFile) -> ImportSummary:
    """Import what is new in `spool`, all batches of it; return what became of their lines."""
    return sum(importer.batches(spool), ImportSummary())
