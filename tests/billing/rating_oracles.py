"""Sums of charges and begun seconds, apart from the product and without a database."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext

from billing.rating.bulk.numbers import Ints
from billing.rating.durations import Charge

MICROSECONDS = 1_000_000


def total_of(charges: Iterable[Charge]) -> Decimal:
    """Return the exact sum of amounts that were each rounded already; raise Inexact where 60 digits do not hold it."""
    with localcontext(Context(prec=60, traps=[Inexact, InvalidOperation])):
        return sum((charge.amount for charge in charges), Decimal(0))


def started_seconds(microseconds: Ints) -> Ints:
    """Return the seconds that have begun."""
    return -(-microseconds // MICROSECONDS)
