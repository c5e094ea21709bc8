"""`manage.py keep_cdr_months`: the months of call records, as beat keeps them."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.cdrs.records.partitions import maintain_partitions, stored_months

EXIT_REFUSED = 3


class Command(BaseCommand):
    """Make the months ahead and drop expired ones; exit 3 where one that should go has to stay."""

    help = (
        "Make the months of call records ahead, and drop those that CDR_KEEP_MONTHS no longer keeps, unless"
        " CDR_LEGAL_HOLD is set. Exit codes: 0 done, 3 a month was not dropped since its calls are not in the ledger."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Keep them."""
        kept = maintain_partitions(now=timezone.now())
        for word, months in (("made", kept.made), ("dropped", kept.dropped), ("stored", stored_months())):
            self.stdout.write(f"{word}: {', '.join(f'{month:%Y-%m}' for month in months) or 'none'}")
        for reason in kept.refused:
            self.stderr.write(f"not dropped: {reason}")
        if kept.refused:
            sys.exit(EXIT_REFUSED)
