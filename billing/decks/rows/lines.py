"""What a price list says, once its cells are read."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.rating.code_patterns import Intended
from billing.rating.durations import parse_bands
from voipadmin.core.sheets.input_errors import InputError


class DeckRate(NamedTuple):
    """A price list's rate: the price of a minute, the fees, and the blocks in seconds that calls are counted in.

    Where the first block has a price of its own, `bands` says all of it, and `price_per_minute` is what the
    first minute comes to.
    """

    price_per_minute: Decimal
    connect_fee: Decimal
    minimum_charge: Decimal
    initial_block_seconds: int
    increment_seconds: int
    free_seconds: int
    is_blocked: bool
    bands: str = ""

    @property
    def dearest_minute(self) -> Decimal:
        """Return the price of a minute in the dearest part of a call."""
        return max((band.rate * 60 / band.unit for band in parse_bands(self.bands)), default=self.price_per_minute)


class Line(NamedTuple):
    """One prefix of a list; `begins` is None where no day is named. `change` is the list's own word for it.

    `begins` and `ends` are days of the installation's clock, or moments; `ends` is the first without the rate.
    `hours` is the key of a time window, empty for all hours.
    """

    row: int
    pattern: str
    origin: str
    name: str
    rate: DeckRate
    begins: date | None
    change: str
    hours: str = ""
    ends: date | None = None


@dataclass(slots=True)
class Reading:
    """All that a list says, and what keeps it from counting."""

    lines: list[Line] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    questions: list[InputError] = field(default_factory=list)
    rows: int = 0
    left_out: int = 0
    repeated: int = 0
    # What prefixes are for that are no numbers as they are written.
    meant: dict[str, Intended] = field(default_factory=dict)
