"""`manage.py check_rating FILE`: both forms of the rating engine against worked examples."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.rating.bulk.reference_cases import COLUMNS, CheckedCase, InvalidCase, check_cases, read_cases


class Command(BaseCommand):
    """Print computed beside expected; exit 0 when all agree, 1 on a difference or an unreadable file."""

    help = (
        "Compare the rating engine, one call at a time and over arrays, with worked examples"
        f" (CSV: {', '.join(COLUMNS)}). Exits 1 on a difference."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object per example")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare every example."""
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                cases = check_cases(list(read_cases(file)))
        except (OSError, UnicodeDecodeError, InvalidCase) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        for case in cases:
            self.stdout.write(as_json(case) if options["json"] else as_text(case))
        differing = sum(not case.agrees for case in cases)
        if not options["json"]:
            self.stdout.write(f"{len(cases)} examples, {differing} different")
        if differing or not cases:
            sys.exit(1)


def as_text(checked: CheckedCase) -> str:
    """Return one line for people; what both forms agree on is shown once."""
    computed, in_bulk, expected = str(checked.computed), str(checked.in_bulk), str(checked.case.expected)
    verdict = "ok" if checked.agrees else "DIFFERENT"
    other = "" if computed == in_bulk else f"  in bulk {in_bulk:>14}"
    return f"{checked.case.name:<36} computed {computed:>14}{other}  expected {expected:>14}  {verdict}"


def as_json(checked: CheckedCase) -> str:
    """Return one line for scripts."""
    amounts = {"computed": checked.computed, "in_bulk": checked.in_bulk, "expected": checked.case.expected}
    amounts_as_text = {name: str(amount) for name, amount in amounts.items()}
    return json.dumps({"case": checked.case.name, **amounts_as_text, "agrees": checked.agrees})
