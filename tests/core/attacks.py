"""Texts that could make an expression go back again and again, and how its steps grow with them."""

import math
import re
from collections.abc import Iterator
from typing import Any

from tests.core.backtracking import TooManySteps, character_test, names, parser, steps_of

FOREIGN = "\x01"
MOST_STEPS = 200_000


def growth_of(pattern: re.Pattern[Any], method: str, size: int) -> Iterator[float]:
    """Yield, for each attack, how much more steps a text takes that is twice as long: 2 where it is linear."""
    for shorter, longer in zip(attacks_on(pattern, size), attacks_on(pattern, 2 * size), strict=True):
        try:
            few = steps_of(pattern, method, shorter, MOST_STEPS)
            yield steps_of(pattern, method, longer, 5 * few) / few
        except TooManySteps:
            yield math.inf


def attacks_on(pattern: re.Pattern[Any], size: int) -> Iterator[str]:
    """Yield texts of `size` repetitions that could make an expression go back again and again.

    Each set of the expression is repeated alone and after another one; what a repetition repeats, and each set, behind
    what leads to that repetition; and both together. All end in a character that only a negation takes, and without it.
    """
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags if isinstance(pattern.pattern, str) else pattern.flags & ~re.UNICODE)
    lines = ["\n"] if pattern.flags & re.MULTILINE else []
    ones = list(dict.fromkeys([*lines, *_representatives(tree)]))[:8]
    pumps = [("", one) for one in ones] + [("", one + other) for one in ones for other in ones if one != other]
    pumps += [(lead, pump) for lead, pump in _repetitions(tree, "")]
    pumps += [(lead, one) for lead, _pump in _repetitions(tree, "") for one in ones]
    pumps += [("", lead + pump) for lead, pump in _repetitions(tree, "")]
    for lead, pump in dict.fromkeys(pumps):
        for tail in ("", FOREIGN):
            yield lead + pump * size + tail


def _representatives(items: Any) -> Iterator[str]:
    for operator, argument in items:
        kind = str(operator)
        if kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            yield _sample_of_one(kind, argument)
        else:
            for inside in _inside(kind, argument):
                yield from _representatives(inside)


def _inside(kind: str, argument: Any) -> list[Any]:
    if kind == "BRANCH":
        return list(argument[1])
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT", "SUBPATTERN", "ASSERT", "ASSERT_NOT"}:
        return [argument[-1]]
    return [argument] if kind == "ATOMIC_GROUP" else []


def _sample_of_one(kind: str, argument: Any) -> str:
    test = character_test(kind, argument, 0)
    if kind == "LITERAL":
        return chr(argument)
    return next((one for one in "1 a-.,\tA;=:/[](){}<>\"'\nxr\u00c3\u0080#_*+" if test(one)), FOREIGN)


def _repetitions(items: Any, lead: str) -> Iterator[tuple[str, str]]:
    """Yield each unbounded repetition as the shortest text before it and what it repeats once."""
    for operator, argument in items:
        kind = str(operator)
        for inside in _inside(kind, argument):
            yield from _repetitions(inside, lead)
        if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and argument[1] == names.MAXREPEAT:
            yield lead, _sample([(operator, (1, 1, argument[2]))]) or FOREIGN
        lead += _sample([(operator, argument)])


def _sample(items: Any) -> str:
    """Return a short text that the items match; those that may be left out are, but once where that is all."""
    found = ""
    for operator, argument in items:
        kind = str(operator)
        if kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            found += _sample_of_one(kind, argument)
        elif kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            found += _sample(argument[2]) * argument[0]
        elif kind in {"SUBPATTERN", "ATOMIC_GROUP", "BRANCH"}:
            found += _sample(_inside(kind, argument)[0])
    return found
