"""`manage.py audit_ledger`: whether the money adds up."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.accounts.audit import findings, report_audit

EXIT_DIFFERS = 1


class Command(BaseCommand):
    """Compare every balance with its entries and every call with its charge; exit 1 and name what differs."""

    help = (
        "Compare each balance with the sum of its entries, and each priced call with what was charged for it. Exit"
        " codes: 0 all of it adds up, 1 it does not, and the accounts are named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the days to look back."""
        parser.add_argument("--days", type=int, help="look at the calls of the last DAYS days; without it, at all")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare."""
        since = timezone.now() - timedelta(days=options["days"]) if options["days"] is not None else None
        count = 0
        for finding in findings(since=since):
            self.stderr.write(finding)
            count += 1
        if since is None:
            report_audit(found=count)
        if count:
            self.stderr.write(f"{count} of them: the money does not add up")
            sys.exit(EXIT_DIFFERS)
        self.stdout.write("every balance is the sum of its entries, every call is charged what its record says")
