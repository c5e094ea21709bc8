"""What a statement asks for: whole coins, with the rest carried over to the next one; pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Decimals of the currencies that have not two (ISO 4217).
PLACES = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def places_of(currency: str) -> int:
    """Return how many decimals amounts of money in a currency have."""
    return PLACES.get(currency, 2)


def in_coins(exact: Decimal, places: int) -> Decimal:
    """Return an amount in whole coins, halves away from zero."""
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Payable:
    """What a statement comes to. Amounts are what the customer owes; below zero it has credit.

    `exact` = `amount` + `carried_out`: what was charged, and what the last statement left.
    """

    exact: Decimal
    amount: Decimal
    carried_out: Decimal
    open_before: Decimal
    payable: Decimal


def payable_of(*, charged: Decimal, carried_in: Decimal, owed_before: Decimal, places: int) -> Payable:
    """Return what a statement comes to.

    1. `charged`, the exact charges of the statement, and the rest of the last one make up what is asked for now.
    2. It is asked for in whole coins; what that leaves, half a coin at most, is carried over.
    3. `owed_before`, what the account owed without these charges, is shown in coins without the rest, which is in 1.
    4. What is to be paid is both together; with a credit that is greater than the charges, nothing.
    """
    exact = charged + carried_in
    amount = in_coins(exact, places)
    open_before = in_coins(owed_before - carried_in, places)
    return Payable(exact, amount, exact - amount, open_before, max(amount + open_before, Decimal(0)))
