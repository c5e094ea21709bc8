"""The garbage collector pauses while a set is built, and no cycle stays in memory for good."""

import gc
import weakref

import pytest

from voipadmin.core.runtime.gc_pause import UNFREEZE_EVERY_PAUSES, gc_paused, gc_paused_then_frozen

pytestmark = pytest.mark.slow(seconds=1)


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_a_cycle_lives_until_the_block_ends() -> None:
    with gc_paused_then_frozen():
        gone = weakref.ref(Knot())
        for _ in range(2000):
            Knot()
        assert gone() is not None
        assert not gc.isenabled()
    assert gone() is None
    assert gc.isenabled()


def test_a_plain_pause_collects_nothing_at_its_end() -> None:
    # From here to the next collection of its own the collector waits for hundreds of new objects.
    gc.collect()
    with gc_paused():
        kept = weakref.ref(Knot())
    assert kept() is not None
    assert gc.isenabled()
    gc.collect()
    assert kept() is None


def test_a_plain_pause_within_a_pause_does_not_end_it() -> None:
    with gc_paused_then_frozen():
        with gc_paused():
            pass
        assert not gc.isenabled()


def test_an_error_inside_ends_the_pause_too() -> None:
    with pytest.raises(RuntimeError), gc_paused_then_frozen():
        raise RuntimeError
    assert gc.isenabled()


def test_a_pause_within_a_pause_ends_with_the_outer_one() -> None:
    with gc_paused_then_frozen():
        with gc_paused_then_frozen():
            pass
        assert not gc.isenabled()


def test_what_became_a_cycle_after_it_was_frozen_goes_in_time() -> None:
    with gc_paused_then_frozen():
        knot = Knot()
    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is not None
    for _ in range(UNFREEZE_EVERY_PAUSES):
        with gc_paused_then_frozen():
            pass
    assert gone() is None
