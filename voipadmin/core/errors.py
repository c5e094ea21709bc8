"""Typed errors of the domain: services raise them, pages and the API show them."""

from django.utils.functional import Promise

Message = str | Promise


class DomainError(Exception):
    """A rule of the business refuses a write; `code` is stable, `field` names the input it concerns."""

    code = "refused"

    def __init__(self, message: Message, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or self.code


class InUse(DomainError):
    """The object cannot be deleted because others stand on it."""

    code = "in_use"


class Conflict(DomainError):
    """Another write came first."""

    code = "conflict"
