"""`manage.py charge_calls`: priced calls that have no entry in the ledger."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from billing.accounts.call_charges import charge_waiting_calls

EXIT_UNCHARGED = 3


class Command(BaseCommand):
    """Enter what can be entered; exit 3 where calls are left, whose records say why."""

    help = (
        "Charge calls that have a price and no entry in the ledger, such as after an account was opened or got another"
        " currency. Running it again changes nothing. Exit codes: 0 all are charged, 3 some cannot be."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Charge."""
        summary = charge_waiting_calls()
        self.stdout.write(f"{summary.charged} calls charged, {summary.uncharged} cannot be")
        if summary.uncharged:
            sys.exit(EXIT_UNCHARGED)
