"""Extension patterns as Asterisk reads them: what they match, in which order it tries them, which overlap.

Source: `_extension_match_core` and `ext_cmp_pattern_pos` in main/pbx.c of Asterisk 22.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_CLASSES = {"X": "0123456789", "Z": "123456789", "N": "23456789"}
_WILDCARD = 0x18000
_EARLY_WILDCARD = 0x28000
_END = 0x30000

Specificity = tuple[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern: the characters allowed at each position, then nothing, `.` (one or more) or `!` (any)."""

    text: str
    positions: tuple[frozenset[str], ...]
    tail: str

    @property
    def is_literal(self) -> bool:
        """Tell whether this is a plain number, which Asterisk prefers to every pattern."""
        return not self.text.startswith("_")

    def matches(self, number: str) -> bool:
        """Tell whether Asterisk would match `number`; dashes in a number count for nothing."""
        dialled = number.replace("-", "")
        if not self.allows_length(len(dialled)):
            return False
        return all(character in allowed for character, allowed in zip(dialled, self.positions, strict=False))

    def allows_length(self, length: int) -> bool:
        """Tell whether a number of `length` characters can match."""
        if not self.tail:
            return length == len(self.positions)
        return length >= self.shortest

    @property
    def shortest(self) -> int:
        """Return the length of the shortest number that matches."""
        return len(self.positions) + (1 if self.tail == "." else 0)

    def overlaps(self, other: "Pattern") -> bool:
        """Tell whether some number matches both."""
        if not self._shares_a_length(other):
            return False
        return all(mine & theirs for mine, theirs in zip(self.positions, other.positions, strict=False))

    def _shares_a_length(self, other: "Pattern") -> bool:
        if self.tail and other.tail:
            return True
        if not self.tail:
            return other.allows_length(len(self.positions))
        return self.allows_length(len(other.positions))

    @property
    def specificity(self) -> Specificity:
        """Return a key that sorts patterns in the order in which Asterisk tries them inside one context."""
        if self.is_literal:
            return 0, (*((ord(character), 0) for character in self.text), (0, 0))
        tail = {"": _END, ".": _WILDCARD, "!": _EARLY_WILDCARD}[self.tail]
        # After a wildcard comes the end of the pattern, as after its last position.
        return 1, (*map(_position_weight, self.positions), (tail, 0), (_END, 0))


@lru_cache(maxsize=4096)
def _position_weight(allowed: frozenset[str]) -> tuple[int, int]:
    """Return what Asterisk compares: size of the set and its lowest character, then the set, lower ones first."""
    codes = [ord(character) for character in allowed]
    bits = sum(1 << (255 - code) for code in codes)
    return len(codes) << 8 | min(codes), -bits


@lru_cache(maxsize=65_536)
def parse_pattern(text: str) -> Pattern:
    """Parse a pattern that the model's grammar accepted (`_0ZZXXXXXXXX`, `_[2-5]X.`, `190`)."""
    if not text.startswith("_"):
        return Pattern(text, tuple(frozenset(character) for character in text), "")
    body = text[1:]
    tail = body[-1] if body[-1:] in {".", "!"} else ""
    return Pattern(text, tuple(_positions(body.removesuffix(tail))), tail)


def _positions(body: str) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    index = 0
    while index < len(body):
        character = body[index]
        if character == "[":
            end = body.index("]", index)
            found.append(_bracket(body[index + 1 : end]))
            index = end
        else:
            found.append(frozenset(_CLASSES.get(character, character)))
        index += 1
    return found


def _bracket(inside: str) -> frozenset[str]:
    allowed: set[str] = set()
    index = 0
    while index < len(inside):
        is_range = inside[index + 1 : index + 2] == "-" and index + 2 < len(inside)
        last = inside[index + 2] if is_range else inside[index]
        allowed.update(chr(code) for code in range(ord(inside[index]), ord(last) + 1))
        index += 3 if is_range else 1
    return frozenset(allowed)


def intersect(one: Pattern, other: Pattern) -> Pattern | None:
    """Return the pattern of the numbers that both match, or None where no number does.

    Patterns are closed under intersection: position by position, the shorter one's open end allows anything.
    """
    if not one.overlaps(other):
        return None
    longer, shorter = sorted((one, other), key=lambda pattern: len(pattern.positions), reverse=True)
    common = [mine & theirs for mine, theirs in zip(longer.positions, shorter.positions, strict=False)]
    positions = (*common, *longer.positions[len(common) :])
    if not (one.tail and other.tail):
        return pattern_of(positions)
    shortest = max(pattern.shortest for pattern in (one, other))
    return pattern_of(positions, "!" if shortest == len(positions) else ".")


def rewritten(pattern: Pattern, strip: int, prepend: str) -> Pattern:
    """Return the pattern of what becomes of the numbers of `pattern` (`strip` positions or more) by a rewriting."""
    fixed = tuple(frozenset(character) for character in prepend)
    return pattern_of((*fixed, *pattern.positions[strip:]), pattern.tail)


def pattern_of(positions: Sequence[frozenset[str]], tail: str = "") -> Pattern:
    """Return the pattern that allows these characters at each position, written as Asterisk reads it."""
    body = "".join(map(_written, positions))
    is_literal = not tail and all(len(allowed) == 1 for allowed in positions)
    return Pattern(body if is_literal else f"_{body}{tail}", tuple(positions), tail)


def _written(allowed: frozenset[str]) -> str:
    if len(allowed) == 1:
        return min(allowed)
    named = next((name for name, digits in _CLASSES.items() if frozenset(digits) == allowed), "")
    return named or f"[{''.join(sorted(allowed))}]"


def example_number(text: str) -> str:
    """Return a number that the pattern matches, long enough to look like one."""
    pattern = parse_pattern(text)
    digits = "".join(min(allowed - {"0"} or allowed) for allowed in pattern.positions)
    return digits if not pattern.tail else digits.ljust(max(len(digits) + 1, 10), "5")
