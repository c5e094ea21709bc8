"""`manage.py cdr_gaps`: which call records are missing, by their sequence numbers."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.cdrs.records.sequence_gaps import BootReport, gaps_of_node, nodes_with_records

EXIT_GAPS = 3


class Command(BaseCommand):
    """Name the missing numbers of each node and boot; exit 3 where some are."""

    help = (
        "Name, per node and start of Asterisk, the sequence numbers without a call record that no dialled channel"
        " explains. Calls that still go on are among them. Exit codes: 0 none, 3 some are missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the node and the days."""
        parser.add_argument("--node", default="", help="the node; without it, all that have records")
        parser.add_argument("--days", type=int, default=1, help="look at the calls of the last DAYS days (default 1)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and name them."""
        until = timezone.now()
        since = until - timedelta(days=options["days"])
        nodes = [options["node"]] if options["node"] else nodes_with_records(since, until)
        reports = [report for node in nodes for report in gaps_of_node(node, since, until)]
        for report in reports:
            self._say(report)
        if any(report.lost for report in reports):
            sys.exit(EXIT_GAPS)

    def _say(self, report: BootReport) -> None:
        span = f"{report.first_at:%Y-%m-%dT%H:%M:%SZ} to {report.last_at:%Y-%m-%dT%H:%M:%SZ}"
        numbers = f"{report.first} to {report.last}, {report.records} records"
        self.stdout.write(f"{report.node_name}: {span}, {numbers}, {report.lost} missing")
        for gap in report.gaps:
            numbers = str(gap.first) if gap.first == gap.last else f"{gap.first}-{gap.last}"
            self.stdout.write(f"  {numbers}: {gap.lost} missing, before {gap.before:%Y-%m-%dT%H:%M:%SZ}")
