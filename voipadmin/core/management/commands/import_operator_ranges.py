"""`manage.py import_operator_ranges FILE...`: whose numbers are, from the numbering administration's public files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voipadmin.core.numbering_plan.services import OperatorFileRefused, import_operator_ranges

REASONS = {
    "columns": "it has fewer columns than the header",
    "digits": "area, prefix or number are no digits of a usual length",
    "order": "the last number is before the first",
    "operator": "it names no operator",
}


class Command(BaseCommand):
    """Replace the ranges of each file's kind, file by file, and say what was taken and what was left."""

    help = "Operators' ranges from the administration's files: ZIP or CSV, fixed, mobile or non-geographic."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import the files in the order given; the first that is refused ends it."""
        for path in options["files"]:
            try:
                done = import_operator_ranges(content=path.read_bytes())
            except (OSError, OperatorFileRefused) as error:
                raise CommandError(f"{path}: {getattr(error, 'message', error)}") from error
            self.stdout.write(f"{path}: {done.kind}, {done.taken} taken, {done.left} left")
            for left in done.shown:
                self.stdout.write(f"  line {left.line}: {REASONS[left.reason]}")
