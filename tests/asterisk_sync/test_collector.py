"""The garbage collector rests while a set is built, and forgets nothing for good."""

import gc
import weakref

import pytest

from asterisk_sync.pipeline import gc_pause


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_a_cycle_lives_until_the_block_ends() -> None:
    with gc_pause.at_rest():
        gone = weakref.ref(Knot())
        for _ in range(2000):
            Knot()
        assert gone() is not None
        assert not gc.isenabled()
    assert gone() is None
    assert gc.isenabled()


def test_a_fault_inside_wakes_it_too() -> None:
    with pytest.raises(RuntimeError), gc_pause.at_rest():
        raise RuntimeError
    assert gc.isenabled()


def test_a_rest_within_a_rest_ends_with_the_outer_one() -> None:
    with gc_pause.at_rest():
        with gc_pause.at_rest():
            pass
        assert not gc.isenabled()


def test_what_became_a_cycle_after_it_was_set_aside_goes_in_time() -> None:
    with gc_pause.at_rest():
        knot = Knot()
    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is not None
    for _ in range(gc_pause.LOOK_AT_ALL_AFTER):
        with gc_pause.at_rest():
            pass
    assert gone() is None
