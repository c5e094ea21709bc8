"""`manage.py what_tariffs_match`: how the upgrade read prefixes that did not say whether they are for codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing.alarms import TARIFFS_FOR_CODES
from voipadmin.core.alarms.services import close_alarm
from voipadmin.core.models import Alarm

MEANINGS = {
    "changed": "for codes from now on",
    "unclear": "for numbers, although codes begin so: look whether that is meant",
    "useless": "for numbers, and no number begins so: write it anew or delete it",
}


class Command(BaseCommand):
    """Print each prefix or pattern once for tariffs and once for buy rates, with what it was read as."""

    help = "List the prefixes of tariffs and buy rates that the upgrade read as codes of the country, or doubts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--seen", action="store_true", help="close the alarm: somebody has looked at all of them")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List what was kept."""
        alarm = Alarm.objects.filter(kind=TARIFFS_FOR_CODES.code).first()
        if alarm is None:
            self.stdout.write("Every prefix was for numbers.")
            return
        for kind, meaning in MEANINGS.items():
            rows = alarm.details["rows"].get(kind, [])
            self.stdout.write(f"{alarm.details[kind]} {meaning}{':' if rows else '.'}")
            for model, pattern, read_as in rows:
                self.stdout.write(f"  {model:<8} {pattern}" + (f" -> {read_as}" if read_as != pattern else ""))
        if options["seen"]:
            close_alarm(alarm)
