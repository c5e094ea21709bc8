"""Python's garbage collector at rest while a large set is built.

Each full collection goes through everything that a worker remembers of the last sets, and building the next one brings
about several: with 60,000 objects that is half the time of a change. Nothing of what is remembered is in a cycle.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

# What became a cycle after it was set aside is found only where all is looked at.
LOOK_AT_ALL_AFTER = 200
_rests = count(1)


@contextmanager
def at_rest() -> Iterator[None]:
    """Collect nothing in the block, and at its end only what came up in it; what is left is set aside."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if next(_rests) % LOOK_AT_ALL_AFTER == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.enable()
