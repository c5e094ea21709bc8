"""Errors of numbers: what the domain refuses."""

from voipadmin.core.errors import DomainError


class NumberUnavailable(DomainError):
    """The number cannot be allocated: it is allocated already, in quarantine or blocked."""

    code = "number_unavailable"


class NotAllocated(DomainError):
    """There is no allocation to end or to change."""

    code = "not_allocated"


class CustomerRefused(DomainError):
    """The customer cannot have numbers, or its numbers stand against the change."""

    code = "customer_refused"


class InvalidMoment(DomainError):
    """The moment lies in the future or before the allocation began."""

    code = "invalid_moment"


class RangeRefused(DomainError):
    """The first and last number do not make a range."""

    code = "range_refused"


class NumbersExist(DomainError):
    """Numbers of the range are in the inventory already; `numbers` lists them."""

    code = "numbers_exist"
    numbers: tuple[str, ...] = ()


class ImportRefused(DomainError):
    """The list of numbers has errors; nothing of it counts."""

    code = "import_refused"
