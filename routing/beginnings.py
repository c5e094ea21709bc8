"""Digits alone, as a tariff's prefix is written, read for a route: the patterns that take the numbers beginning so.

Pure. In a tariff, digits begin numbers of E.164 or codes (5599, 351, 4004, 0800), and a whole number or code is that
one (190). A route's pattern says what people dial, and digits alone were always one exact number there. So digits that
are a whole number or code stay, and mean the same in both; the others, which nobody can dial, become the pattern that
says which numbers begin so:

1. Of the own country: `_5599XXXXXXX.`, as long as numbers with the country code are, since shorter digits that begin
   so are numbers of the area 55.
2. Of another country: `_00351.`, as it is dialled.
3. Codes: `_0800.`, or `_4004XXXX` where other numbers are dialled so as well.
"""

from collections.abc import Iterator

from routing.route_lines import route_lines
from voipadmin.core.numbers.known import has_known_number
from voipadmin.core.numbers.metadata import national_lengths
from voipadmin.core.numbers.patterns import Pattern, parse_pattern
from voipadmin.core.numbers.plan import CODE, NumberingPlan
from voipadmin.core.numbers.reading import number_of_key, read_number

CODE_SIGN = "0"
# As in a tariff: fewer digits are that very code, or tell none.
SHORTEST_CODE_BEGINNING = 4


def beginning_patterns(digits: str, plan: NumberingPlan) -> tuple[str, ...]:
    """Return the patterns that digits can mean as a beginning; none where they are a whole number, or begin none.

    Where there are several, whoever wrote the digits has to say which.
    """
    if not (digits.isascii() and digits.isdigit()) or read_number(digits, plan).is_readable:
        return ()
    return (*_of_numbers(digits, plan), *_of_codes(digits, plan))


def _of_numbers(digits: str, plan: NumberingPlan) -> Iterator[str]:
    if not has_known_number(parse_pattern(f"_{digits}!"), plan):
        return
    if not digits.startswith(plan.country_code):
        # They may be a whole number already, which nobody dials without the prefix.
        end = "!" if number_of_key(digits, plan).is_readable else "."
        yield f"_{plan.international_prefix}{digits}{end}"
    # The digit 5 begins the own country's numbers and others.
    if digits.startswith(plan.country_code) or plan.country_code.startswith(digits):
        longest = max(national_lengths(plan.region))
        own = digits if digits.startswith(plan.country_code) else plan.country_code
        yield f"_{own}{'X' * (longest - len(own))}."


def _of_codes(digits: str, plan: NumberingPlan) -> Iterator[str]:
    """Yield how codes are dialled that begin so: with an open end, where nothing else is dialled so."""
    if len(digits) < SHORTEST_CODE_BEGINNING:
        return
    codes = [code for code in _dialled_codes(plan) if code.overlaps(parse_pattern(f"_{digits}!"))]
    is_alone = all(line.pattern.startswith(f"_{CODE_SIGN}") for line in route_lines(f"_{digits}.", plan))
    if codes and is_alone:
        yield f"_{digits}."
    else:
        lengths = sorted({len(code.positions) for code in codes})
        yield from (f"_{digits}{'X' * (length - len(digits))}" for length in lengths)


def _dialled_codes(plan: NumberingPlan) -> Iterator[Pattern]:
    rules = (rule for part in plan.searched(CODE) for rule in part.rules if not rule.is_barred)
    yield from (parse_pattern(f"_{rule.dial_prefix}{rule.pattern.removeprefix('_')}") for rule in rules)
