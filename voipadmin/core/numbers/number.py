"""The value of a telephone number: what was dialled or sent in, read once, then judged, priced, sent and recorded."""

from dataclasses import dataclass
from enum import StrEnum


class NumberKind(StrEnum):
    """What the numbering plan says a number is."""

    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    MULTIMEDIA = "multimedia"  # Brazil's numbers of broadband providers (SCM, Serviço de Comunicação Multimídia)
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM = "premium"
    PERSONAL = "personal"
    VOIP = "voip"
    UAN = "uan"  # one number of a company for the whole country
    OTHER = "other"
    EMERGENCY = "emergency"
    SERVICE = "service"
    COLLECT = "collect"
    EXTENSION = "extension"
    UNREADABLE = "unreadable"


# Kinds of which a call may be dear to somebody's profit: what fraud likes.
RISKY_KINDS = frozenset({NumberKind.PREMIUM, NumberKind.PERSONAL})


class Unreadable(StrEnum):
    """Why digits are no number."""

    EMPTY = "empty"
    CHARACTERS = "characters"  # anything but digits behind at most one plus
    NO_AREA = "no_area"  # a local number, and no home area to complete it with
    IMPOSSIBLE = "impossible"  # the country's plan has no such number
    NO_COUNTRY = "no_country"  # no country has this calling code
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as its plan reads it; two ways to dial the same number give equal values.

    `key` is the one text under which it is kept and matched: the digits of E.164, or `0` and the digits of a code of
    the plan's own country, without a 0 in front (190 is `0190`, 0800 123 4567 is `08001234567`). No E.164 number begins
    with 0, so keys of numbers and of codes never meet.
    """

    kind: NumberKind
    key: str = ""
    country: str = ""  # ISO 3166; empty where the number is no single country's
    national: str = ""  # the national significant number, or the code without a 0 in front
    code: str = ""  # a code as people dial it: 190, 40041234, 08001234567; empty for numbers of E.164
    is_barred: bool = False  # the plan bars calls to this code
    reason: Unreadable | None = None

    @property
    def is_readable(self) -> bool:
        """Tell whether the digits are a number at all."""
        return self.kind is not NumberKind.UNREADABLE

    @property
    def is_code(self) -> bool:
        """Tell whether this is a code of the plan's country, which has no E.164 form."""
        return self.key.startswith("0")

    @property
    def is_emergency(self) -> bool:
        """Tell whether this is an emergency or health line, to which calls are never refused."""
        return self.kind is NumberKind.EMERGENCY

    @property
    def e164(self) -> str:
        """Return the number with a plus in front, or nothing for codes and what is unreadable."""
        return f"+{self.key}" if self.key and not self.is_code else ""

    @property
    def display(self) -> str:
        """Return the number as people are shown it: +5511987654321, 190, 08001234567."""
        return self.code or self.e164


def unreadable(reason: Unreadable) -> Number:
    """Return the value of digits that are no number."""
    return Number(NumberKind.UNREADABLE, reason=reason)
