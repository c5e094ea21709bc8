"""Which entries of the changelog belong together: those of one request or of one task."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str | None] = ContextVar("voipadmin_save", default=None)


def current_save() -> str | None:
    """Return what the entries made now have in common; None outside a request or a task."""
    return _current.get()


@contextmanager
def one_save() -> Iterator[None]:
    """Let all entries that are made inside belong together."""
    token = _current.set(uuid4().hex)
    try:
        yield
    finally:
        _current.reset(token)
