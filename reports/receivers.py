"""What reports do when call records are stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from billing.models import Cdr
from billing.signals import records_stored
from reports.rollups.marking import mark_quarters


@receiver(records_stored, sender=Cdr, dispatch_uid="reports.records_stored")
def follow_records(ended: Sequence[datetime], **_kwargs: Any) -> None:
    """Have their hours counted."""
    mark_quarters(ended)
