"""Errors of accounts: what the domain refuses to enter or to change."""

from voipadmin.core.errors import DomainError


class InvalidAmount(DomainError):
    """The amount is zero, or has the wrong sign."""

    code = "invalid_amount"


class ReasonMissing(DomainError):
    """The entry has no reason, which its reader would ask for."""

    code = "reason_missing"


class CurrencyFixed(DomainError):
    """An account that money has moved on keeps its currency."""

    code = "currency_fixed"


class InvalidPeriod(DomainError):
    """A period that ends before it begins, or is too long to be shown."""

    code = "invalid_period"
