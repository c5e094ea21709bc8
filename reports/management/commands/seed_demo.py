"""Demo data for a first look."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from billing.models import Cdr
from customers.models import Customer
from reports.demo.companies import COMPANIES
from reports.demo.seeding import STEPS, seed
from routing.models import Provider


class Command(BaseCommand):
    """Make a small Brazilian operator: customers, carriers, numbers, tariffs, users and two weeks of calls.

    What exists stays as it is, so it may be run again; VOIPADMIN_DEMO_NODE_* name the node to register.
    Exit codes: 0 done, 1 refused.
    """

    help = "Makes believable demo data. May be run again; refuses a database that is in use."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the consent to mix."""
        parser.add_argument("--force", action="store_true", help="also where there are customers of your own")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seed, with a progress bar on a terminal."""
        seeded = Customer.objects.filter(code=COMPANIES[0].code).exists()
        if not seeded and not options["force"] and _is_in_use():
            raise CommandError(
                "This database has customers of its own, or carriers or calls. Give --force to add the demo's to them."
            )
        with tqdm(total=STEPS, unit="", disable=not sys.stderr.isatty(), leave=False) as bar:
            made = seed(now=timezone.now(), progress=lambda name: self._advance(bar, name))
        if made.people:
            self.stdout.write("Users of the demo; their passwords are shown this once:")
            for username, role, password in made.people:
                self.stdout.write(f"  {username:<12} {role:<16} {password}")
        self.stdout.write(f"Demo data is there; {made.calls} call records are new.")

    @staticmethod
    def _advance(bar: Any, name: str) -> None:
        bar.set_description_str(name[:20].ljust(20), refresh=False)
        bar.update()


def _is_in_use() -> bool:
    return any(model.objects.exists() for model in (Customer, Provider, Cdr))
