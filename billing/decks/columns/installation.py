"""What a list is read by besides itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from billing.rating.code_patterns import is_for_some_code
from voipadmin.core.numbers.plan import NumberingPlan


@dataclass(frozen=True, slots=True)
class Installation:
    """The deck's currency, today, and what this installation knows.

    `home` is the calling code of area codes that nothing else tells, `hours` the key of the time window of
    `off_peak` and `weekend` where its name tells, `most_from_a_range` how many prefixes one range may name unasked. By
    the numbering plan, codes of the country are told from numbers; without one there are none.
    """

    currency: str
    today: date
    home: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)
    most_from_a_range: int = 100
    plan: NumberingPlan | None = None

    def is_code(self, digits: str) -> bool:
        """Tell whether digits that begin with a 0 are a code of the country, or how codes begin: 0800."""
        return self.plan is not None and is_for_some_code(digits, self.plan)
