"""Worked examples of rating in a CSV file, for `check_rating` and the tests."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TextIO

import numpy as np

from billing.rating.bulk.charges import ROOM, RateTable
from billing.rating.durations import InvalidRate, Rate, RoundingMethod, parse_bands, rate_duration

COLUMNS = ("case", "source", "connect_fee", "bands", "rounding", "decimals", "duration_seconds", "expected")


class InvalidCase(ValueError):
    """A line of the file is no example; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class RatingCase:
    """One example: a rate, a duration in seconds, and the amount expected of them."""

    name: str
    source: str
    rate: Rate
    duration_seconds: Decimal
    expected: Decimal

    @property
    def computed(self) -> Decimal:
        """Return the amount that rating one by one gives."""
        return rate_duration(self.rate, self.duration_seconds).amount


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """An example with the amounts that rating gives: one call at a time, and over arrays."""

    case: RatingCase
    computed: Decimal
    in_bulk: Decimal

    @property
    def agrees(self) -> bool:
        """Tell whether both forms and the example agree to the last digit."""
        return self.computed == self.in_bulk == self.case.expected


def check_cases(cases: Sequence[RatingCase]) -> list[CheckedCase]:
    """Compute every example, one by one and all at once."""
    seconds = np.array([math.ceil(case.duration_seconds) for case in cases], dtype=np.int64)
    table = RateTable([case.rate for case in cases])
    amounts = table.charge(np.arange(len(cases)), seconds).amounts()
    return [CheckedCase(case, case.computed, amount) for case, amount in zip(cases, amounts, strict=True)]


def read_cases(file: TextIO) -> Iterator[RatingCase]:
    """Yield the examples of a CSV file whose header is `COLUMNS`; raise InvalidCase."""
    rows = csv.DictReader(file)
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise InvalidCase(f"the header lacks {', '.join(missing)}")
    for row in rows:
        try:
            yield _case(row)
        except (InvalidRate, InvalidOperation, ValueError, TypeError) as error:
            raise InvalidCase(f"line {rows.line_num}: {error or type(error).__name__}") from error


def _case(row: dict[str, str]) -> RatingCase:
    duration, expected = _amount(row["duration_seconds"]), _amount(row["expected"])
    if duration > ROOM:
        raise ValueError(f"“{row['duration_seconds']}” is no duration of a call")
    rate = Rate(
        bands=parse_bands(row["bands"]),
        connect_fee=_amount(row["connect_fee"]),
        rounding=RoundingMethod(row["rounding"]),
        decimals=int(row["decimals"]),
    )
    return RatingCase(row["case"], row["source"], rate, duration, expected)


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"“{text}” is no amount of zero or more")
    return amount
