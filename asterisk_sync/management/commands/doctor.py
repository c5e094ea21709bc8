"""`manage.py doctor`: names what is wrong with an installation, and how to mend it."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from asterisk_sync.changes.queries import local_nodes
from asterisk_sync.doctor import Finding, Severity, examine_node, examine_system
from asterisk_sync.models import Node

MARKS = {Severity.OK: "ok  ", Severity.WARNING: "warn", Severity.FAILURE: "FAIL"}


class Command(BaseCommand):
    """Examine the system and every enabled node of this machine."""

    help = "Examine the installation. Exit codes: 0 well (warnings may be shown), 1 something fails."
    # The doctor itself reports on the database and its migrations.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--strict", action="store_true", help="exit 1 for warnings as well")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Examine and print."""
        areas = {"system": examine_system()}
        if not any(finding.check == "database" and finding.severity == Severity.FAILURE for finding in areas["system"]):
            areas |= {node.name: examine_node(node) for node in _nodes()}
        if options["json"]:
            self.stdout.write(json.dumps({area: [asdict(item) for item in items] for area, items in areas.items()}))
        else:
            self._print(areas)
        bad = {Severity.FAILURE, Severity.WARNING} if options["strict"] else {Severity.FAILURE}
        if any(item.severity in bad for items in areas.values() for item in items):
            sys.exit(1)

    def _print(self, areas: dict[str, list[Finding]]) -> None:
        for area, findings in areas.items():
            self.stdout.write(f"{area}")
            for finding in findings:
                self.stdout.write(f"  {MARKS[finding.severity]} {finding.check}: {finding.message}")
                if finding.remedy:
                    self.stdout.write(f"       {finding.remedy}")


def _nodes() -> list[Node]:
    try:
        return list(local_nodes())
    except Exception:
        # A key that is gone or a migration that is missing: the system's findings say so.
        return []
