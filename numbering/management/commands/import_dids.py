"""`manage.py import_dids FILE`: a carrier's list of numbers, looked at or put into the inventory."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from numbering.did_lists.choice import INTERNATIONAL
from numbering.did_lists.imports import ImportPlan, apply_import, preview_import
from numbering.errors import ImportRefused
from routing.models import Provider
from voipadmin.core.errors import Conflict
from voipadmin.core.numbers.metadata import calling_codes_by_region


class Command(BaseCommand):
    """Print what a list would do, and with --apply do all of it or nothing; exit 3 where it has errors."""

    help = "Numbers from a CSV or XLSX file: number or range, provider, gateway, monthly cost, notes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--provider", default="", help="the provider of rows that name none")
        parser.add_argument("--country", default="", help="of national numbers: BR, or `international` (default: own)")
        parser.add_argument("--apply", action="store_true", help="put the numbers into the inventory")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the file."""
        provider = Provider.objects.filter(name=options["provider"]).first()
        if options["provider"] and provider is None:
            raise CommandError(f"There is no provider {options['provider']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from error
        country = options["country"]
        if country not in {"", INTERNATIONAL, *dict(calling_codes_by_region())}:
            raise CommandError(f"There is no country {country}.")
        plan = preview_import(content=content, provider=provider, country=country)
        if options["apply"] and not plan.errors:
            try:
                plan = apply_import(content=content, provider=provider, country=country)
            except (Conflict, ImportRefused) as error:
                raise CommandError(str(error.message)) from error
        self._tell(plan)

    def _tell(self, plan: ImportPlan) -> None:
        for error in plan.error_list:
            self.stdout.write(f"row {error['row']} {error['column']}: {error['message']}")
        if plan.unread_columns:
            self.stdout.write("columns left out: " + ", ".join(plan.unread_columns))
        counts = (len(plan.new), len(plan.changed), plan.unchanged, len(plan.errors))
        self.stdout.write("{} new, {} changed, {} unchanged, {} faults".format(*counts))
        if plan.errors:
            sys.exit(3)
