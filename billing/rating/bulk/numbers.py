"""Telephone numbers as integers that sort like their digits: a prefix is a range, and a longer one lies within it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Digits = NDArray[np.uint8]
Texts = NDArray[np.bytes_]

# Eleven signs (the end, then 0 to 9) at each of so many places just fit in a signed word. E.164 needs 15.
PLACES = 18
SIGNS = 11


def as_texts(numbers: Sequence[str]) -> Texts:
    """Return digits as an array; the caller has seen to it that none is longer than PLACES."""
    return np.array(numbers, dtype=f"S{PLACES}")


def digits_of_texts(texts: Texts) -> Digits:
    """Return a row for each place: 0 where the number has ended, else the digit and one."""
    letters = np.ascontiguousarray(texts).view(np.uint8).reshape(-1, PLACES)
    before_zero = np.uint8(ord("0") - 1)
    signs: Digits = np.maximum(np.ascontiguousarray(letters.T), before_zero) - before_zero
    return signs


def codes_of(signs: Digits) -> Ints:
    """Return the integers; pairs and then sixes are put together in the smallest words that hold them."""
    pairs = signs[0::2].astype(np.uint16) * np.uint16(SIGNS) + signs[1::2]
    sixes = (pairs[0::3].astype(np.uint32) * np.uint32(SIGNS**2) + pairs[1::3]) * np.uint32(SIGNS**2) + pairs[2::3]
    whole = sixes.astype(np.int64)
    codes: Ints = (whole[0] * SIGNS**6 + whole[1]) * SIGNS**6 + whole[2]
    return codes


def range_of(prefix: str) -> tuple[int, int]:
    """Return the integers of all numbers that begin with `prefix`, the last not included."""
    first = 0
    for place in range(PLACES):
        first = first * SIGNS + (int(prefix[place]) + 1 if place < len(prefix) else 0)
    return first, first + SIGNS ** (PLACES - len(prefix))
