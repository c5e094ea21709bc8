"""What the domain refuses about money."""

from voipadmin.core.errors import DomainError


class InvalidAmount(DomainError):
    """An amount that cannot be entered like this: nothing at all, or with the wrong sign."""

    code = "invalid_amount"


class ReasonMissing(DomainError):
    """Nobody could tell later why the money moved."""

    code = "reason_missing"


class CurrencyFixed(DomainError):
    """An account that money has moved on keeps its currency."""

    code = "currency_fixed"


class InvalidPeriod(DomainError):
    """A period that ends before it begins, or is too long to be shown."""

    code = "invalid_period"
