"""Who makes the changes that follow, for the changelog and the outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditlog.context import auditlog_value, set_actor

NOBODY = {"actor": None, "signal_duid": None}


@contextmanager
def no_actor() -> Iterator[None]:
    """Let changes be nobody's for a block, and forget whoever was named in it: `set_actor` leaves its user behind."""
    token = auditlog_value.set(NOBODY)
    try:
        yield
    finally:
        auditlog_value.reset(token)


@contextmanager
def acting_as(user: Any) -> Iterator[None]:
    """Let the changes of a block be those of a user; None is nobody."""
    with no_actor():
        if user is None:
            yield
            return
        with set_actor(user):
            yield
