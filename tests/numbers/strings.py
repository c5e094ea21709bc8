"""Strings that people dial, at random: by every rule of a plan, with a digit too many or too few, and garbage."""

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from voipadmin.core.numbers.patterns import Pattern, parse_pattern
from voipadmin.core.numbers.plan import DIALLED, NumberingPlan
from voipadmin.core.numbers.reading import read_number

DIGITS = "0123456789"
SIGNS = "0123456789+#*abc-. "
BEFORE = ("", "", "", "", "0", "00", "+", "0021", "021", "90", "9090", "0041")
LONGEST = 22


@lru_cache(maxsize=32)
def _patterns(plan: NumberingPlan) -> Sequence[Pattern]:
    return [parse_pattern(rule.pattern) for part in plan.contexts for rule in part.rules]


@lru_cache(maxsize=32)
def _dialled_patterns(plan: NumberingPlan) -> Sequence[Pattern]:
    return [parse_pattern(rule.pattern) for part in plan.searched(DIALLED) for rule in part.rules]


def digits_of(draw: Random, pattern: Pattern) -> str:
    """Return digits that a pattern matches."""
    digits = "".join(draw.choice(sorted(allowed)) for allowed in pattern.positions)
    return digits + "".join(draw.choices(DIGITS, k=draw.randint(5, 12))) if pattern.tail else digits


def dialled_string(draw: Random, plan: NumberingPlan) -> str:
    """Return what somebody dials: mostly by a rule of the plan, behind a prefix or not, now and then changed."""
    kind = draw.random()
    if kind < 0.55:
        found = digits_of(draw, draw.choice(_dialled_patterns(plan)))
    elif kind < 0.88:
        before = draw.choice((*BEFORE, f"+{plan.country_code}", f"00{plan.country_code}", plan.country_code))
        found = before + digits_of(draw, draw.choice(_patterns(plan)))
    elif kind < 0.95:
        found = "".join(draw.choices(DIGITS, k=draw.randint(0, 18)))
    else:
        found = "".join(draw.choices(SIGNS, k=draw.randint(0, 18)))
    return changed(draw, found)[:LONGEST] if draw.random() < 0.15 else found[:LONGEST]


def changed(draw: Random, text: str) -> str:
    """Return a text with one sign more, less, or another one."""
    place = draw.randint(0, len(text))
    sign = draw.choice(SIGNS if draw.random() < 0.2 else DIGITS)
    return draw.choice(
        [text[:place] + sign + text[place:], text[:place] + text[place + 1 :], text[:place] + sign + text[place + 1 :]]
    )


def number_key(draw: Random, plan: NumberingPlan) -> str:
    """Return the key of some number of the plan, or of a country."""
    for _turn in range(50):
        found = read_number(dialled_string(draw, plan), plan)
        if found.is_readable:
            return found.key
    return "12125550100"


def pattern_around(draw: Random, text: str) -> str:
    """Return a pattern that matches a number, and others."""
    digits = "".join(sign for place, sign in enumerate(text) if sign in DIGITS or (sign == "+" and not place)) or "5"
    kept = draw.randint(1, len(digits))
    if draw.random() < 0.1 and "+" not in digits:
        return digits
    body = "".join(_class_of(draw, digit) for digit in digits[:kept])
    return f"_{body}{draw.choice('.!') if kept < len(digits) else draw.choice(['', '', '!'])}"


def _class_of(draw: Random, digit: str) -> str:
    if digit == "+" or draw.random() < 0.4:
        return digit
    low, high = sorted((digit, draw.choice(DIGITS)))
    wide = [
        "X",
        "[0-9]",
        f"[{low}-{high}]" if low < high else digit,
        f"[{digit}5]",
        *(["Z"] if digit > "0" else []),
        *(["N"] if digit > "1" else []),
    ]
    return draw.choice(wide)
