"""By what a list of calls can be ordered. By time any list, the others within days, which are read whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Value
from django.db.models.functions import Coalesce

# Below every amount: what is unknown comes last where the largest come first.
NOTHING = Decimal(-1000000000000)


@dataclass(frozen=True, slots=True)
class Order:
    """A column by which calls are ordered; `descending`: the newest, or the largest, first."""

    column: str = "started_at"
    descending: bool = True

    @property
    def is_by_time(self) -> bool:
        """Tell whether indexes are in this order, so that any number of records can be paged through."""
        return self.column == "started_at"

    @property
    def text(self) -> str:
        """Return it as the address has it."""
        return f"-{self.column}" if self.descending else self.column

    def place(self) -> Any:
        """Return the expression that is never null and by which rows are ordered."""
        if self.is_by_time:
            return F("started_at")
        amount: DecimalField[Decimal, Decimal] = DecimalField(max_digits=20, decimal_places=6)
        return Coalesce(F(self.column), Value(NOTHING), output_field=amount)


ORDERS = ("started_at", "billable_seconds", "price", "cost", "margin")
NEWEST = Order()


def order_of(names: Sequence[str]) -> Order:
    """Return the first order of those that an address asks for; the newest first where it asks for none."""
    known = [name for name in names if name.removeprefix("-") in ORDERS]
    return Order(known[0].removeprefix("-"), known[0].startswith("-")) if known else NEWEST
