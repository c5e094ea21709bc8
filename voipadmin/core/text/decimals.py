"""Decimal numbers as people type them and as pages write them, in each language.

Which sign is the decimal one is decided by the whole text, and only then by the language; what can be two numbers is
said to be two. The rule and its reasons are in docs/adr/0016-a-typed-amount-is-read-by-one-rule.md.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import formats, numberformat
from django.utils.translation import get_language

LONGEST_NUMBER = 40
SYMBOLS = {"BRL": "R$", "USD": "US$", "EUR": "€", "GBP": "£"}
GROUP = 3
CENTS = 2
# The decimals of currencies that do not have two (ISO 4217).
_OTHER_DECIMALS = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "PYG": 0, "TND": 3, "VND": 0, "XAF": 0}

_SIGNS = {"+": "", "-": "-", "\u2212": "-"}
_BEGINS_NUMBER = frozenset("0123456789.,+-\u2212")


class NotANumber(ValueError):
    """The text is no decimal number."""


def decimal_sign() -> str:
    """Return the decimal sign of the active language, `.` or `,`."""
    sign: str = formats.get_format("DECIMAL_SEPARATOR", use_l10n=True)
    return sign


def without_currency(text: str) -> tuple[str, str]:
    """Return the number of `R$ 0,05`, `-R$ 5` or `5 EUR`, and the currency's sign or code, empty where there is none.

    Raise NotANumber where a sign stands on both sides.
    """
    text = text.strip()
    minus, rest = (text[0], text[1:]) if text[:1] in _SIGNS else ("", text)
    start = next((place for place, one in enumerate(rest) if one in _BEGINS_NUMBER), len(rest))
    end = next((len(rest) - place for place, one in enumerate(reversed(rest)) if one in _BEGINS_NUMBER), start)
    before, after = rest[:start].strip(), rest[end:].strip()
    if before and after:
        raise NotANumber
    return minus + rest[start:end], before or after


def readings_of(text: str, decimal_sign: str) -> tuple[Decimal, ...]:
    """Return the number that `text` is, or the two that it may be; raise NotANumber.

    1. A sign in front is taken off; what is left has digits, blanks, `.` and `,` only.
    2. Of two kinds of signs between digits the last one is decimal and stands once: `1.250,50`, `1,250.50`, `1 250,5`.
    3. One kind that stands more than once, or a blank, parts groups of three digits: `1.250.000`, `1 250`.
    4. One sign that stands once is decimal where it is `decimal_sign`, or where it cannot part groups: `0.05`, `,5`.
    5. Else both: `1.250` is 1.250 and 1250, in this order, where `decimal_sign` is the comma.
    """
    body = text.strip()
    if len(body) > LONGEST_NUMBER:
        raise NotANumber
    minus = _SIGNS.get(body[:1], "")
    body = body[1:].lstrip() if body[:1] in _SIGNS else body
    marks = ["." if one == "." else "," if one == "," else " " for one in body if not _is_digit(one)]
    if any(not (_is_digit(one) or one in ".," or one.isspace()) for one in body) or len(marks) == len(body):
        raise NotANumber
    return tuple(Decimal(minus + number) for number in _unsigned(_spaced(body), marks, decimal_sign))


def _is_digit(character: str) -> bool:
    return character.isascii() and character.isdigit()


def _spaced(body: str) -> str:
    return "".join(" " if one.isspace() else one for one in body)


def _unsigned(body: str, marks: list[str], decimal_sign: str) -> tuple[str, ...]:
    kinds = set(marks)
    if not marks:
        return (body,)
    if len(kinds) > 1:
        return (_grouped_with_fraction(body, marks),)
    mark = marks[0]
    if mark == " " or len(marks) > 1:
        return (_joined(body.split(mark)),)
    return _one_mark(body, mark, decimal_sign)


def _grouped_with_fraction(body: str, marks: list[str]) -> str:
    last = marks[-1]
    if last == " " or marks.count(last) > 1 or len(set(marks)) > 2:  # noqa: PLR2004 - one parts groups, one is decimal
        raise NotANumber
    whole, _mark, fraction = body.partition(last)
    return f"{_joined(whole.split(marks[0]))}.{_digits(fraction)}"


def _joined(groups: list[str]) -> str:
    """Return the digits of groups of three, the first of one to three and without a zero in front."""
    first, *rest = groups
    if not 1 <= len(first) <= GROUP or first.startswith("0") or any(len(group) != GROUP for group in rest):
        raise NotANumber
    return "".join(groups)


def _digits(text: str) -> str:
    if not text:
        raise NotANumber
    return text


def _one_mark(body: str, mark: str, decimal_sign: str) -> tuple[str, ...]:
    whole, _mark, fraction = body.partition(mark)
    as_decimal = f"{whole or '0'}.{_digits(fraction)}"
    may_part_groups = len(whole) <= GROUP and whole.strip("0") != "" and len(fraction) == GROUP
    if mark == decimal_sign or not may_part_groups:
        return (as_decimal,)
    return as_decimal, whole + fraction


def write_decimal(value: Decimal, places: int = 0) -> str:
    """Return a number as it is typed in the active language: no groups, no useless zeros, `places` decimals at least.

    It is read back as the same number in the same language.
    """
    return numberformat.format(value, decimal_sign(), decimal_pos=_decimals(value, places), use_l10n=False)


def format_amount(value: Decimal, minimum: int = 2) -> str:
    """Return an amount in the active language with groups, no useless zeros and `minimum` decimals at least."""
    return _grouped(value, _decimals(value, minimum))


def format_fixed(value: Decimal, places: int = CENTS) -> str:
    """Return an amount in the active language with groups and exactly `places` decimals, halves rounded away from 0."""
    return _grouped(rounded_to(value, places), places)


def _grouped(value: Decimal, places: int) -> str:
    """Return a number of at most `places` decimals in the active language with groups.

    Live pages write hundreds in a drawing: Django's `number_format` says the same in eight times the time.
    """
    # Nothing has no minus sign.
    return f"{value or abs(value):,.{places}f}".translate(_signs(get_language()))


@lru_cache
def _signs(language: str | None) -> dict[int, str]:
    """Return the signs of a language by those of Python; without a language active, numbers have no groups."""
    group, decimal, size = (
        formats.get_format(name, language, use_l10n=True)
        for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR", "NUMBER_GROUPING")
    )
    return {ord(","): str(group) if size else "", ord("."): str(decimal)}


def grouped_count(value: int) -> str:
    """Return a whole number in the active language with groups."""
    return str(formats.number_format(value, use_l10n=True, force_grouping=True))


def rounded_to(value: Decimal, places: int) -> Decimal:
    """Return a value with `places` decimals; what rounds to nothing has no minus sign."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have: two, where it is not known to have others."""
    return _OTHER_DECIMALS.get(currency, CENTS)


def format_money(value: Decimal, currency: str, places: int | None = None) -> str:
    """Return an amount with the sign of its currency, such as `R$ 1.250,50`; without one where it is not known.

    With `places` it has exactly so many decimals, else as many as it needs and two at least.
    """
    if places is not None:
        value = rounded_to(value, places)
    number = format_amount(abs(value)) if places is None else format_fixed(abs(value), places)
    minus = "-" if value < 0 else ""
    return f"{minus}{SYMBOLS.get(currency, currency)}\u00a0{number}" if currency else f"{minus}{number}"


def _decimals(value: Decimal, minimum: int) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(minimum, -exponent if isinstance(exponent, int) else minimum)
