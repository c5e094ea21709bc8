"""What a list is read by besides itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Installation:
    """The deck's currency, today, and what this installation knows.

    `home` is the calling code of area codes that nothing else tells, `hours` the key of the time window of
    `off_peak` and `weekend` where its name tells, `most_from_a_range` how many prefixes one range may name unasked.
    """

    currency: str
    today: date
    home: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)
    most_from_a_range: int = 100
