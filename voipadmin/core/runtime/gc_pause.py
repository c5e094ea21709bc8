"""Pauses of Python's garbage collector, for work that makes hundreds of thousands of objects and no cycles of them.

The collector looks for cycles by going through every object that lives; it does so again and again while their number
grows. Reference counting, which frees all other objects, goes on during a pause.
https://docs.python.org/3/library/gc.html
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

# An object that was frozen and became part of a cycle afterwards is found only after everything was unfrozen.
UNFREEZE_EVERY_PAUSES = 200

_pauses = count(1)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Collect nothing in the block."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def gc_paused_then_frozen() -> Iterator[None]:
    """Collect nothing in the block; at its end collect once, and exempt what is left from later collections.

    It is for a worker that keeps what it has built, tens of thousands of objects, for the next block. A block inside a
    pause does nothing of its own. Every 200th pause collects among all objects, the exempted ones too.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if next(_pauses) % UNFREEZE_EVERY_PAUSES == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.enable()


def freeze_living_objects() -> None:
    """Exempt every object that lives now from later collections; what is freed by its reference count still goes."""
    gc.freeze()
