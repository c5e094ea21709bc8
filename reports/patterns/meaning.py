"""A tariff's or a route's pattern, as typed, as patterns over the keys of numbers; pure."""

from dataclasses import dataclass

from billing.rating.key_patterns import KeyPattern, compile_pattern
from billing.rating.pattern_readings import readings
from routing.beginnings import beginning_patterns
from routing.route_lines import route_lines
from voipadmin.core.numbers.patterns import Pattern, parse_pattern, pattern_of
from voipadmin.core.numbers.plan import NumberingPlan


@dataclass(frozen=True)
class Meaning:
    """Which keys a pattern takes, in both of the forms in which they are compared; none where it takes none."""

    keys: tuple[KeyPattern, ...]
    patterns: tuple[Pattern, ...]

    def overlaps(self, other: "Meaning") -> bool:
        """Tell whether a number is taken by both."""
        return any(mine.overlaps(theirs) for mine in self.patterns for theirs in other.patterns)


def meaning_of_tariff(pattern: str, matches: str, plan: NumberingPlan) -> Meaning:
    """Return what a tariff takes; without `matches`, what its pattern means where it can mean one thing alone."""
    if not matches:
        found = readings(pattern, plan)
        if len(found) != 1:
            return Meaning((), ())
        pattern, matches = found[0].pattern, found[0].matches
    compiled = compile_pattern(pattern, matches)
    return Meaning((), ()) if compiled.is_empty else _meaning((compiled,))


def meaning_of_route(pattern: str, plan: NumberingPlan) -> Meaning:
    """Return what a route takes, digits alone read as a beginning where they can mean one alone."""
    beginnings = beginning_patterns(pattern, plan)
    if len(beginnings) > 1:
        return Meaning((), ())
    lines = route_lines(beginnings[0] if beginnings else pattern, plan)
    return _meaning(tuple(_key_pattern(parse_pattern(line.pattern)) for line in lines))


def _meaning(keys: tuple[KeyPattern, ...]) -> Meaning:
    return Meaning(keys, tuple(pattern_of([frozenset(digits) for digits in key.positions], key.tail) for key in keys))


def _key_pattern(pattern: Pattern) -> KeyPattern:
    positions = tuple("".join(sorted(allowed & frozenset("0123456789"))) for allowed in pattern.positions)
    return KeyPattern(positions, pattern.tail, (len(positions), 0, 0))
