"""Roll-ups of the call records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from billing.accounts.periods import ONE_DAY, start_of
from reports.rollups.counting import count_changed_hours, wait_again
from reports.rollups.days import sum_up_days


class Command(BaseCommand):
    """Count the hours whose records came or changed, and with --from and --until every hour of these days again.

    The worker does the first by itself. The second is for after a change of TIME_ZONE or of the numbering plan.
    """

    help = "Counts changed hours into the roll-ups of the reports; --from and --until (days) count these again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the days."""
        parser.add_argument("--from", dest="first", type=parse_date, help="first day, 2026-11-01")
        parser.add_argument("--until", dest="last", type=parse_date, help="last day, the first one by default")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Count."""
        if options["first"]:
            last = options["last"] or options["first"]
            wait_again(start_of(options["first"]), start_of(last + ONE_DAY))
        hours, days = count_changed_hours(), sum_up_days(timezone.now())
        self.stdout.write(f"{hours} hours counted, {days} days summed up.")
