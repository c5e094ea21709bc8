"""Marks of the quarters of an hour whose records came: written in the transaction that writes the records."""

from collections.abc import Iterable
from datetime import UTC, datetime

from reports.models import UncountedQuarter

QUARTER_SECONDS = 15 * 60


def mark_quarters(ended: Iterable[datetime]) -> None:
    """Have the hours counted again in which records ended; the caller has the transaction that writes these."""
    # Whole numbers first: a batch has thousands of records, of one quarter or two.
    quarters = sorted({int(moment.timestamp()) // QUARTER_SECONDS for moment in ended})
    UncountedQuarter.objects.bulk_create(
        [UncountedQuarter(quarter=datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)) for quarter in quarters]
    )
