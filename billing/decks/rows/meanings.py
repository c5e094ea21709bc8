"""What the prefixes of a list are for, numbers or codes of the country, which lists do not say; pure.

1. A prefix with one reading (`billing.rating.pattern_readings`) is for that.
2. Where the list has other areas of the country that the digits would be of, it is a list of numbers: 1332 beside 1201
   and 1305 is New York, 911 beside 9111 and 9122 is India. Three digits behind North America's 1 are no area of it.
3. What is left is asked about, once for the list: 190 is the police, or numbers that begin with +1 90.
4. Two prefixes that become one, 0800 and 55800, are asked about, and refused where their prices differ.
"""

from collections.abc import Iterable, Mapping

from billing.decks.rows.lines import Line, Reading
from billing.rating.code_patterns import Intended, may_mean_code
from billing.rating.key_patterns import SHORTEST_BEGINNING, Matches
from billing.rating.pattern_readings import readings
from billing.rating.pattern_words import readings_by_example
from voipadmin.core.numbers.metadata import calling_code_of
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.sheets.input_errors import InputError

CODE_OR_NUMBER, ONE_CODE = "code_or_number", "one_code"


def settle_meanings(reading: Reading, answers: Mapping[str, str], plan: NumberingPlan | None, column: str) -> None:
    """Write into a reading what its prefixes are for where that is not numbers as they are written; ask the rest."""
    if plan is None:
        return
    patterns = {line.pattern for line in reading.lines}
    found = {pattern: readings(pattern, plan) for pattern in patterns if may_mean_code(pattern, plan)}
    several = {pattern for pattern, meanings in found.items() if len(meanings) > 1}
    told = _countries_told(patterns - several)
    open_ones = {pattern for pattern in several if not _is_told(pattern, told)}
    for pattern, meanings in found.items():
        wanted = answers.get(CODE_OR_NUMBER, "") if pattern in open_ones else Matches.NUMBER
        meant = next((one for one in meanings if pattern not in several or one.matches == wanted), None)
        if meant is not None and meant != Intended(pattern, Matches.NUMBER):
            reading.meant[pattern] = meant
    if CODE_OR_NUMBER not in answers:
        _ask(reading, open_ones, plan, column)
    _settle_doubled(reading, answers, column)


def _ask(reading: Reading, patterns: set[str], plan: NumberingPlan, column: str) -> None:
    first = {line.pattern: line.row for line in reversed(reading.lines) if line.pattern in patterns}
    for pattern, row in sorted(first.items(), key=lambda item: item[1]):
        examples = readings_by_example(pattern, plan)
        reading.questions.append(InputError(CODE_OR_NUMBER, row, column, pattern, readings=examples))


def _countries_told(patterns: Iterable[str]) -> set[str]:
    """Return the calling codes of which a list has areas, and not the country alone."""
    return {code for pattern in patterns if (code := calling_code_of(pattern)) and pattern != code}


def _is_told(pattern: str, told: set[str]) -> bool:
    code = calling_code_of(pattern)
    return code in told and (len(code) > 1 or len(pattern) >= SHORTEST_BEGINNING)


def _settle_doubled(reading: Reading, answers: Mapping[str, str], column: str) -> None:
    """Of lines whose prefixes are written differently and are one code keep the first, once that is said to be so."""
    seen: dict[object, Line] = {}
    kept: list[Line] = []
    for line in reading.lines:
        meant = reading.meant.get(line.pattern)
        first = line if meant is None else seen.setdefault((meant, line.origin, line.hours, line.begins), line)
        if first is line:
            kept.append(line)
            continue
        both = f"{first.pattern}, {line.pattern}"
        if (first.rate, first.change == "delete", first.ends) != (line.rate, line.change == "delete", line.ends):
            reading.errors.append(InputError("doubled", line.row, column, both, first.row))
        elif ONE_CODE not in answers:
            reading.questions.append(InputError(ONE_CODE, line.row, column, both, first.row))
        else:
            reading.repeated += 1
    reading.lines = kept
