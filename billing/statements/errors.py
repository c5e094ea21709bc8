"""Errors of statements: why none can be issued, or one cannot be cancelled."""

from voipadmin.core.errors import DomainError


class IssuerIncomplete(DomainError):
    """The installation's settings lack what a statement names."""

    code = "issuer_incomplete"


class PeriodRefused(DomainError):
    """The period has not ended, or does not follow the last statement's."""

    code = "period_refused"


class StatementBusy(DomainError):
    """A statement of the account is being prepared."""

    code = "statement_busy"


class NotTheLastStatement(DomainError):
    """Only the last statement of an account is cancelled: later ones build on it."""

    code = "not_the_last_statement"
