"""A place in the list of calls, as an address carries it: signed, so that nobody makes one up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core import signing

from billing.cdrs.search.orders import Order

SALT = "billing.calls"


@dataclass(frozen=True, slots=True)
class Place:
    """Behind a record (its value in the order, and its key), or before it where one goes `back`.

    Without a key it is a moment: where an earlier page stopped looking.
    """

    value: Any
    key: UUID | None
    back: bool = False

    def to_text(self, order: Order) -> str:
        """Return it for an address."""
        value = self.value.isoformat() if order.is_by_time else str(self.value)
        return signing.dumps([order.text, value, str(self.key or ""), self.back], salt=SALT)


def place_of(text: str, order: Order) -> Place | None:
    """Return the place that an address names; None where there is none, or it is one of another order."""
    if not text:
        return None
    try:
        asked, value, key, back = signing.loads(text, salt=SALT)
        if asked != order.text:
            return None
        read = datetime.fromisoformat(value) if order.is_by_time else Decimal(value)
        return Place(read, UUID(key) if key else None, bool(back))
    except (signing.BadSignature, ValueError, TypeError, InvalidOperation):
        return None
