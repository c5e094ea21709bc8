"""What a number in somebody's list can be: people, switches and spreadsheets write numbers in many ways."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from voipadmin.core.numbers.international import has_possible_length
from voipadmin.core.numbers.metadata import national_lengths
from voipadmin.core.numbers.number import Number, NumberKind, Unreadable, unreadable
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import E164, read_number, read_received

_PUNCTUATION = str.maketrans("", "", " ()-./\t")
_WRITTEN = re.compile(r"\(?\+?\(?[0-9][0-9 ()./\t-]*")
# (0xx11) and (0**11): a 0, a carrier of one's own choice, and the area.
_CHOSEN_CARRIER = re.compile(r"(\(?0) ?(?:xx|XX|\*\*) ?")
# +55 (0) 11 and +55 (0xx11): the 0, and a carrier, are dialled inside the country alone.
_TRUNK_ZERO = re.compile(r"((?:\+|00)[0-9 ]{1,6})\(0\)")
_CARRIER_ABROAD = re.compile(r"((?:\+|00)[0-9]{1,3} ?\(?)0 ?(?:xx|XX|\*\*) ?")
_ADDRESS = "tel:"
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_TO_ASCII = 0xFEE0
_MINUS = "\u2212"


NOTHING = unreadable(Unreadable.CHARACTERS)


@dataclass
class Readings:
    """What digits can be. Each of them is unreadable where they are no such number.

    `own` is a number of the plan's country, written nationally or with its calling code; `e164` a number of E.164 of
    any country; `elsewhere` a national number of the other plan's country. The last two are read when they are asked
    for: that takes much longer. Digits behind a plus or 00 are E.164 alone: then `own` and `e164` are the same.
    """

    own: Number
    digits: str = ""
    plan: NumberingPlan | None = None
    other: NumberingPlan | None = None

    @property
    def is_marked(self) -> bool:
        """Tell whether a plus or 00 in front says that a calling code follows."""
        return self.digits.startswith("+")

    @property
    def is_national(self) -> bool:
        """Tell whether the digits are a number of the plan's country without its calling code."""
        return self.own.is_readable and self.own.key != self.digits.removeprefix("+")

    @cached_property
    def e164(self) -> Number:
        """The digits as a number of E.164."""
        if self.own.is_readable and not self.is_national:
            return self.own
        if self.plan is None or self.is_marked:
            return self.own if self.is_marked else NOTHING
        return _certain(_international(f"+{self.digits}", self.plan))

    @cached_property
    def elsewhere(self) -> Number:
        """The digits as a national number of the other plan's country."""
        if self.other is None or self.is_marked or len(self.digits) not in national_lengths(self.other.region):
            return NOTHING
        return _certain(_whole(read_number(self.digits, self.other), self.digits))

    @property
    def all(self) -> tuple[Number, ...]:
        """Return the different numbers that the digits can be."""
        found = {number.key: number for number in (self.own, self.e164, self.elsewhere) if number.is_readable}
        return tuple(found.values())

    @property
    def are_any(self) -> bool:
        """Tell whether the digits are a number at all."""
        return self.own.is_readable or bool(self.all)


def plain(text: str) -> str:
    """Return text with ASCII digits, signs and blanks for those of other scripts, and without marks nobody sees."""
    return text.strip() if text.isascii() else "".join(map(_plain, text)).strip()


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    kind = unicodedata.category(character)
    if digit is not None:
        return str(digit)
    if kind == "Pd" or character == _MINUS:
        return "-"
    if ord(character) in _FULL_WIDTH:
        return chr(ord(character) - _TO_ASCII)
    return {"Cf": "", "Zs": " ", "Zl": " ", "Zp": " "}.get(kind, character)


def digits_of(text: str) -> str:
    """Return the digits of one written number, behind a plus where one is meant; nothing where it is something else."""
    text = plain(text)
    text = text[len(_ADDRESS) :] if text[: len(_ADDRESS)].lower() == _ADDRESS else text
    text = _CHOSEN_CARRIER.sub(r"\1", _CARRIER_ABROAD.sub(r"\1", text, 1), 1)
    text = _TRUNK_ZERO.sub(r"\1", text, 1)
    if not _WRITTEN.fullmatch(text) or not (text[-1].isdigit() or text[-1] == ")"):
        return ""
    digits = text.translate(_PUNCTUATION)
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def readings_of(text: str, plan: NumberingPlan, *, area: str = "", other: NumberingPlan | None = None) -> Readings:
    """Return what a written number can be in a list of the plan's country.

    1. Behind a plus or 00 it is a number of E.164.
    2. Behind the area code of the row it is a number of the plan's country alone.
    3. Else it is a national number, of the plan's country or of the other plan's, or one of E.164 without the plus.
    """
    digits = digits_of(text)
    if not digits:
        return Readings(NOTHING)
    if digits.startswith("+"):
        return Readings(_international(digits, plan), digits)
    dialled = read_number(digits, plan, home_area=area)
    if area:
        # Few plans know local numbers; a code is none, and no area makes it one.
        joined = read_number(area + digits, plan) if not dialled.is_readable else dialled
        return Readings(_whole(joined, digits), digits)
    return Readings(_whole(dialled, digits), digits, plan, other)


def dialled_reading(text: str, plan: NumberingPlan, area: str = "") -> Number:
    """Return what is reached where a text is dialled that is no number to own: a code, or another number."""
    return read_number(digits_of(text), plan, home_area=area)


def _international(digits: str, plan: NumberingPlan) -> Number:
    number = _whole(read_received(digits, E164, plan), digits)
    if number.kind is NumberKind.OTHER and not has_possible_length(number):
        return unreadable(Unreadable.IMPOSSIBLE)
    return number


def _certain(number: Number) -> Number:
    """Return a number of a known range; one in a range that nobody knows is not found by chance."""
    return NOTHING if number.kind is NumberKind.OTHER else number


def _whole(number: Number, digits: str) -> Number:
    """Return the number, or that it is none, where it is a code, or is not what was written but what became of it.

    A carrier in front and a mobile number that lacks today's ninth digit can be dialled; nobody owns such a number.
    """
    written = digits.removeprefix("+").lstrip("0")
    if number.is_readable and (number.is_code or not number.key.endswith(written)):
        return unreadable(Unreadable.IMPOSSIBLE)
    return number
