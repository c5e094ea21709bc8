"""What the heading of a column means: pure. Words are compared without accents, plurals and small words.

1. A heading is cut into words; currencies and units (`USD/min`, `(sec)`) are taken out and kept apart.
2. A phrase of `heading_words` that has just these words tells what the column is.
3. Else words for hours (off-peak), for the first or next interval, for kinds of numbers and for the past are taken out,
   and what is left is a price, an interval or nothing that is known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from billing.decks.columns import heading_words
from billing.decks.columns.roles import HOURLY, IGNORED, PER_CALL, PRESENT_PRICE, SECOND_NAME
from voipadmin.core.sheets.cells import CURRENCY_CODES, plain_letters

SECOND, MINUTE, HOUR = 1, 60, 3600
Words = frozenset[str]
_PLURALS = {"ais": "al", "eis": "el", "oes": "ao"}
_IRREGULAR = {"pais": "pais", "paises": "pais"}
_SHORT = 3
_SIGNS = {"R$": " brl ", "US$": " usd ", "$": " usd ", "€": " eur ", "£": " gbp ", "%": " percent ", "¢": " cent "}
_CAPITAL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")
# Portuguese writes “with” and “without” so: Tarifa c/ impostos.
_WITH = re.compile(r"\b([cs])/\s*(?=imp|tax|icms|iva|vat|pis)", re.IGNORECASE)


def _stem(word: str) -> str:
    """Return a word without what makes it a plural, and without an `e` at its end: codes, localidades, localidad."""
    if len(word) <= _SHORT or word in _IRREGULAR:
        return _IRREGULAR.get(word, word)
    if word[-3:] in _PLURALS:
        return word[:-3] + _PLURALS[word[-3:]]
    single = word.removesuffix("s")
    return single.removesuffix("e") if len(single) > _SHORT else single


def _words(text: str) -> list[str]:
    text = _WITH.sub(lambda match: "com " if match[1] in "cC" else "sem ", _CAPITAL.sub(" ", text))
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = plain_letters(text).replace("/", " per ")
    words = [_stem(word) for word in re.findall(r"[a-z]+|[0-9]+", plain)]
    return ["minimum" if word == "min" and after in _AFTER_MINIMUM else word for word, after in pairwise([*words, ""])]


def _listed(words: str) -> Words:
    return frozenset(_stem(word.strip()) for word in words.split(","))


def _phrases(words: str) -> tuple[Words, ...]:
    return tuple(frozenset(map(_stem, phrase.split())) for phrase in words.split(","))


_AFTER_MINIMUM = _listed(heading_words.AFTER_MINIMUM)
_SMALL = _listed(heading_words.SMALL)
_UNITS = {
    **dict.fromkeys(_listed(heading_words.SECOND_UNITS), SECOND),
    **dict.fromkeys(_listed(heading_words.MINUTE_UNITS), MINUTE),
    **dict.fromkeys(_listed(heading_words.HOUR_UNITS), HOUR),
}
_CENTS = _listed(heading_words.CENT_UNITS)
_MONEY = _listed(heading_words.MONEY_UNITS) | {code.lower() for code in CURRENCY_CODES}
_ROLE_OF = {phrase: role for role, listed in heading_words.PHRASES.items() for phrase in _phrases(listed)}
_NAMES = frozenset().union(*_phrases(heading_words.PHRASES["name"]), *_phrases(heading_words.PHRASES[SECOND_NAME]))
_PREFIXES = frozenset().union(*_phrases(heading_words.PHRASES["prefix"]))
_CODE_WORDS = _listed("prefix, prefixo, prefijo, code, codigo, dialcode, breakout")
_PRICE = _listed(heading_words.PRICE_WORDS)
_BESIDE_PRICE = _PRICE | _listed(heading_words.PRICE_BESIDE)
_INTERVAL = _listed(heading_words.INTERVAL_WORDS)
_BESIDE_INTERVAL = _INTERVAL | _listed(
    "billing, minimum, rounding, charging, tarifacao, cobranca, facturacion, tasacion"
)
_DATE = _listed("effective, vigencia")
_END = _listed("to, until, till, end, ate, fim, hasta, fin, final")
_ENDS_OF_RANGES = _END | _listed("from, start, begin, first, last, desde, inicio, inicial")
# Words that are taken out of a heading, by what they say; those first that contain others.
_SLOTS: tuple[tuple[str, str, tuple[Words, ...]], ...] = (
    ("hours", "off_peak", _phrases(heading_words.OFF_PEAK)),
    ("hours", "weekend", _phrases(heading_words.WEEKEND)),
    ("hours", "peak", _phrases(heading_words.PEAK)),
    ("kind", "vc1", _phrases("vc 1")),
    ("kind", "vc2", _phrases("vc 2")),
    ("kind", "vc3", _phrases("vc 3")),
    ("kind", "fixed", _phrases(heading_words.FIXED)),
    ("kind", "mobile", _phrases(heading_words.MOBILE)),
    ("age", "old", _phrases(heading_words.OLD)),
    ("age", "old", _phrases(heading_words.DIFFERENCE)),
    ("age", "present", _phrases(heading_words.PRESENT)),
    ("place", "first", _phrases(heading_words.FIRST)),
    ("place", "next", _phrases(heading_words.NEXT)),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says: the column's role (empty: unknown) and what its numbers count in.

    `seconds` are those of the unit that it names (60 for “per minute”), None where it names none.
    """

    role: str = ""
    seconds: int | None = None
    is_in_cents: bool = False


UNKNOWN = Heading()


@lru_cache(maxsize=4_096)
def read_heading(text: str) -> Heading:
    """Return what a heading means."""
    parts = _Parts.of(_words(text))
    return Heading(_role_of(parts), parts.seconds, parts.is_in_cents)


def hours_in(text: str) -> str:
    """Return the hours that a text is about, by the words of headings: `off_peak`, `weekend`, `peak` or nothing."""
    parts = _Parts.of(_words(text))
    parts.take()
    return parts.slots.get("hours", "")


def is_end_of_range(text: str) -> bool:
    """Tell whether a heading names one end of a range of prefixes: Prefix from, Prefixo final."""
    words = set(_words(text))
    return bool(words & _CODE_WORDS and words & _ENDS_OF_RANGES)


@dataclass(slots=True)
class _Parts:
    """A heading's words, and those that are left without currencies, units and small words."""

    words: Words
    left: Words
    seconds: int | None
    is_in_cents: bool
    has_money: bool
    slots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Sequence[str]) -> "_Parts":
        left, seconds = [], None
        has_hours = any(
            phrase <= set(words) for slot, _name, phrases in _SLOTS if slot == "hours" for phrase in phrases
        )
        for position, word in enumerate(words):
            after = words[position + 1] if position + 1 < len(words) else ""
            if word in _UNITS and not (has_hours and _UNITS[word] == HOUR):
                seconds = _UNITS[word]
            # “per 1 minute” is a minute; “per 10 seconds” stays unknown.
            elif not (word == "1" and after in _UNITS):
                left.append(word)
        kept = frozenset(left) - _MONEY - _CENTS - _SMALL
        return cls(frozenset(words), kept, seconds, not _CENTS.isdisjoint(words), not _MONEY.isdisjoint(words))

    def take(self) -> None:
        """Take out the words that say which hours, kind, age and place in the call a price is for."""
        for slot, name, phrases in _SLOTS:
            for phrase in phrases:
                if slot not in self.slots and phrase <= self.left:
                    self.slots[slot] = name
                    self.left -= phrase


def _role_of(parts: _Parts) -> str:
    # With its unit and its small words first: “free seconds”, “price per call”.
    role = _ROLE_OF.get(parts.words) or _ROLE_OF.get(parts.words - _SMALL)
    if not role and not (parts.seconds and _ROLE_OF.get(parts.left) in PER_CALL):
        role = _ROLE_OF.get(parts.left)
    if not role and _ROLE_OF.get(parts.left) == "surcharge":
        return "minute_surcharge"
    return role or _composed(parts) or _described(parts.left)


def _composed(parts: _Parts) -> str:
    """Return the role of a price or an interval with words for hours, kind, age and place."""
    parts.take()
    hours, kind, age, place = (parts.slots.get(slot, "") for slot in ("hours", "kind", "age", "place"))
    left = parts.left - {"to", "hora", "hour", "hr", "tim", "horario"} if hours else parts.left - {"to"}
    base = _base_of(left, bare=bool(hours or kind or (parts.seconds and (parts.has_money or parts.is_in_cents))))
    if age == "old" and base in {"price", "change", ""}:
        return IGNORED
    if age == "present" and base == "price" and left:
        return PRESENT_PRICE
    if kind:
        return f"{kind}_price" if base == "price" and hours in {"", "peak"} and not place else ""
    name = {("price", "first"): "price_first", ("price", "next"): "price_next", ("blocks", "first"): "initial",
            ("blocks", "next"): "increment"}.get((base, place), "" if place else base)  # fmt: skip
    if hours in {"", "peak"}:
        return name
    return f"{hours}_{name}" if name in HOURLY else ""


def _base_of(left: Words, *, bare: bool) -> str:
    if (left & _PRICE and left <= _BESIDE_PRICE) or (bare and not left):
        return "price"
    if left & _INTERVAL and left - {"2"} <= _BESIDE_INTERVAL:
        return "increment" if "2" in left else "blocks"
    return _ROLE_OF.get(left, "")


def _described(left: Words) -> str:
    """Return what a heading is about whose words no phrase has all of."""
    if left & _DATE:
        return "ends" if left & _END else "effective"
    if left & _CODE_WORDS and left <= _PREFIXES:
        return "prefix"
    return "name" if left and left <= _NAMES else ""
