"""`manage.py check_rating FILE`: the rating engine against worked examples."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.rating_cases import COLUMNS, InvalidCase, RatingCase, read_cases


class Command(BaseCommand):
    """Print computed beside expected; exit 0 when all agree, 1 on a difference or an unreadable file."""

    help = f"Compare the rating engine with worked examples (CSV: {', '.join(COLUMNS)}). Exits 1 on a difference."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object per example")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare every example."""
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                cases = list(read_cases(file))
        except (OSError, UnicodeDecodeError, InvalidCase) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        for case in cases:
            self.stdout.write(as_json(case) if options["json"] else as_text(case))
        differing = sum(not case.agrees for case in cases)
        if not options["json"]:
            self.stdout.write(f"{len(cases)} examples, {differing} different")
        if differing or not cases:
            sys.exit(1)


def as_text(case: RatingCase) -> str:
    """Return one line for people."""
    verdict = "ok" if case.agrees else "DIFFERENT"
    return f"{case.name:<36} computed {case.computed!s:>14}  expected {case.expected!s:>14}  {verdict}"


def as_json(case: RatingCase) -> str:
    """Return one line for scripts."""
    computed, expected = str(case.computed), str(case.expected)
    return json.dumps({"case": case.name, "computed": computed, "expected": expected, "agrees": case.agrees})
