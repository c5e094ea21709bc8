"""What a price list says, once its cells are read."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from voipadmin.core.sheets.input_errors import InputError


class DeckRate(NamedTuple):
    """A price list's rate: the price of a minute, the fees, and the blocks in seconds that calls are counted in."""

    price_per_minute: Decimal
    connect_fee: Decimal
    minimum_charge: Decimal
    initial_block_seconds: int
    increment_seconds: int
    free_seconds: int
    is_blocked: bool


class Line(NamedTuple):
    """One prefix of a list; `begins` is None where no day is named. `change` is the list's own word for it."""

    row: int
    pattern: str
    origin: str
    name: str
    rate: DeckRate
    begins: date | None
    change: str


@dataclass(slots=True)
class Reading:
    """All that a list says, and what keeps it from counting."""

    lines: list[Line] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    questions: list[InputError] = field(default_factory=list)
    rows: int = 0
    left_out: int = 0
    repeated: int = 0
