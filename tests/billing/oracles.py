"""What a call's price is told by, apart from the product: the tariff that the price book finds."""

from datetime import datetime

from billing.models import Tariff
from billing.tariffs.loader import load_tariffs


def tariff_for(number: str, at: datetime) -> Tariff | None:
    """Return the tariff that would price a call to `number` (E.164 digits) at `at`."""
    found = load_tariffs().match(number, at)
    return Tariff.objects.get(pk=found.id) if found else None
