"""`manage.py import_cdr`: call record files into the database, once or as a service."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from tqdm import tqdm

from billing.cdrs.files.call_files import CallFile, has_records, preview_call_file, read_call_file
from billing.cdrs.files.spool_file import SpoolFile
from billing.cdrs.files.spool_follower import SpoolFollower
from billing.cdrs.files.spool_import import ImportSummary, SpoolImporter
from billing.cdrs.services import import_call_file
from reports.cdr_files.spools import SpoolSource, sources_of_files, sources_of_nodes
from voipadmin.core.errors import DomainError
from voipadmin.core.sheets.input_errors import FileError, message_of

EXIT_REJECTED = 3
NODES_SECONDS = 30.0
LONGEST_PAUSE = 30.0

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Import what is new in the files; what was imported before is skipped, however often it is read."""

    help = (
        "Import call records: files given, or those of all enabled nodes. Reads docs/cdr-spool.md's format, Asterisk's"
        " Master.csv and cdr_custom sample, and tables with headings, such as FreePBX's export."
        " Exit codes: 0 all imported or there already, 1 could not run, 2 wrong usage,"
        " 3 finished, with lines kept aside as rejected. With --follow, 0 after SIGTERM or Ctrl-C."
    )
    requires_system_checks: list[str] = []
    stop = threading.Event()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--node", default="", help="the node whose calls they are")
        parser.add_argument("--follow", action="store_true", help="go on as the files grow and are rotated")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks with --follow")
        parser.add_argument("--csv-time-zone", default="", help="clock of all but our own spool (default: TIME_ZONE)")
        parser.add_argument("--preview", action="store_true", help="say what the files hold, and import nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object per file, or per batch with --follow")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, once or until told to stop."""
        self.stop = threading.Event()
        self.as_json: bool = options["json"]
        self.zone = _zone(options["csv_time_zone"])
        sources = self._sources(options["files"], options["node"])
        if options["follow"]:
            self._follow(sources, options)
            return
        if not options["files"]:  # a node that has had no call yet has no file
            sources = [source for source in sources if source.path.exists()]
        if options["preview"]:
            for source in sources:
                self._preview(source)
            return
        given = bool(options["files"])
        rejected = sum(self._import(source, given=given).rejected for source in sources)
        if rejected:
            sys.exit(EXIT_REJECTED)

    def _sources(self, files: list[Path], node: str) -> list[SpoolSource]:
        try:
            return sources_of_files(files, node) if files else sources_of_nodes(node)
        except DomainError as error:
            raise CommandError(str(error.message)) from error

    def _preview(self, source: SpoolSource) -> None:
        found = preview_call_file(self._whole_file(source), source.node_name, self.zone)
        reasons = "".join(f"; {count} × {reason}" for reason, count in found.reason_counts)
        self.stdout.write(
            f"{source.node_name} {source.path}: {found.lines} lines, {found.new} new, {found.known} there already,"
            f" {found.rejected_count} no records{reasons}"
        )

    def _whole_file(self, source: SpoolSource) -> CallFile:
        """Return a file as somebody sent it; raise CommandError where nobody knows what its columns are."""
        try:
            file = read_call_file(source.path.read_bytes(), self.zone)
        except OSError as error:
            raise CommandError(f"{source.path}: {error.strerror}") from error
        except FileError as refused:
            raise CommandError(f"{source.path}: {message_of(refused.error.kept())}") from refused
        if not file.is_readable:
            missing = ", ".join(file.missing) or "whether dates are day/month or month/day"
            raise CommandError(f"{source.path}: not known: {missing}. Import it on the page once; it is remembered.")
        return file

    def _import_table(self, source: SpoolSource) -> ImportSummary:
        try:
            file = self._whole_file(source)
            total = import_call_file(file=file, node_name=source.node_name, zone=self.zone, name=str(source.path))
        except DomainError as error:
            raise CommandError(f"{source.path}: {error.message}") from error
        self._report(source, total)
        return total

    def _import(self, source: SpoolSource, *, given: bool) -> ImportSummary:
        """Import a file; one that was given and of which no line is a record is read as a table, or refused."""
        try:
            if given and not has_records(source.path, self.zone):
                return self._import_table(source)
        except OSError as error:
            raise CommandError(f"{source.path}: {error.strerror}") from error
        total = ImportSummary()
        importer = SpoolImporter(source.node_name, self.zone)
        silent = self.as_json or not sys.stderr.isatty()
        try:
            with (
                SpoolFile(source.path) as spool,
                tqdm(total=spool.size, unit="B", unit_scale=True, desc=source.path.name, disable=silent) as bar,
            ):
                for summary in importer.batches(spool):
                    total += summary
                    bar.update(summary.read_bytes)
        except OSError as error:
            raise CommandError(f"{source.path}: {error.strerror}") from error
        self._report(source, total)
        return total

    def _follow(self, sources: list[SpoolSource], options: dict[str, Any]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        followers: dict[SpoolSource, SpoolFollower] = {}
        nodes_at = time.monotonic() + NODES_SECONDS
        pause = options["interval"]
        while not self.stop.is_set():
            try:
                if not options["files"] and time.monotonic() >= nodes_at:
                    sources, nodes_at = self._sources_now(sources, options["node"]), time.monotonic() + NODES_SECONDS
                self._look(followers, sources)
                pause = options["interval"]
            except (OperationalError, InterfaceError) as error:
                # Nothing is lost: rows and positions commit together, and the file waits.
                pause = min(2 * pause, LONGEST_PAUSE)
                logger.warning("cdr.database_unreachable", error=str(error), retry_seconds=pause)
                connection.close()
            self.stop.wait(pause)
        for follower in followers.values():
            follower.close()

    def _sources_now(self, before: list[SpoolSource], node: str) -> list[SpoolSource]:
        """Return the nodes' files; where they cannot be, those of before go on being read."""
        try:
            return sources_of_nodes(node)
        except DomainError as error:
            logger.error("cdr.nodes_contradict", error=str(error.message))
            return before

    def _look(self, followers: dict[SpoolSource, SpoolFollower], sources: list[SpoolSource]) -> None:
        close_old_connections()
        for gone in followers.keys() - set(sources):
            followers.pop(gone).close()
        for source in sources:
            if source not in followers:
                followers[source] = SpoolFollower(SpoolImporter(source.node_name, self.zone), source.path)
                logger.info("cdr.following", node=source.node_name, path=str(source.path))
            try:
                for summary in self._until_stopped(followers[source].poll()):
                    self._report(source, summary)
            except OSError as error:
                logger.warning("cdr.file_unreadable", path=str(source.path), error=error.strerror)

    def _until_stopped(self, batches: Iterator[ImportSummary]) -> Iterator[ImportSummary]:
        for summary in batches:
            if summary.lines:
                yield summary
            if self.stop.is_set():
                return

    def _report(self, source: SpoolSource, summary: ImportSummary) -> None:
        if self.as_json:
            told = {"node": source.node_name, "path": str(source.path), **asdict(summary)}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"{source.node_name} {source.path}: {summary.lines} lines, {summary.imported} imported,"
                f" {summary.duplicates} there already, {summary.rejected} rejected"
            )
        self.stdout.flush()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.stop.set()


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name) if name else timezone.get_default_timezone()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CommandError(f"there is no time zone “{name}”") from error
