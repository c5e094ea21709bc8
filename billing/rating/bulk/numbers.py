"""Telephone numbers as integers that sort like their digits: a prefix is a range, and a longer one lies within it.

A number is written in base 11 over PLACES places: sign 0 says that the number has ended, signs 1 to 10 are its digits.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Digits = NDArray[np.uint8]
Texts = NDArray[np.bytes_]

# 11 ** 18 is the greatest power of 11 below 2 ** 63. E.164 needs 15 places.
PLACES = 18
SIGNS = 11


def as_texts(numbers: Sequence[str]) -> Texts:
    """Return digits as an array. None may be longer than PLACES: numpy would cut it."""
    return np.array(numbers, dtype=f"S{PLACES}")


def digits_of_texts(texts: Texts) -> Digits:
    """Return an array with a row for each place and a column for each number: 0 after its end, else digit plus 1."""
    # The text's bytes, seen as numbers without a copy; numpy pads with byte 0, which `maximum` makes the end sign.
    letters = np.ascontiguousarray(texts).view(np.uint8).reshape(-1, PLACES)
    before_zero = np.uint8(ord("0") - 1)
    signs: Digits = np.maximum(np.ascontiguousarray(letters.T), before_zero) - before_zero
    return signs


def codes_of(signs: Digits) -> Ints:
    """Return the integers of base 11.

    Two places fit in 16 bits and six in 32: arrays of small words are several times as fast as of 64 bits throughout.
    """
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
