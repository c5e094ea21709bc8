"""Cells of price lists as carriers and spreadsheets write them: pure, one value at a time.

A cell is text, or the number, date or nothing that a workbook holds.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from voipadmin.core.sheets.input_errors import CellError

Cell = str | int | float | date | datetime | None

LONGEST_PREFIX = 15
ONE = Fraction(1)
# What a spreadsheet writes behind the sign of a whole number; more zeros are digits that a person parted with a dot.
FLOAT_ZEROS = 2
SMALLEST_PRICE = Decimal("0.000001")
LARGEST_PRICE = Decimal(100_000)

_LITERAL = re.compile(r'="([^"=+*]*)"')
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_TRAILING = re.compile(r"(\d+)[.,]0+")
_GROUPED = re.compile(r"\+?\d{1,3}(,\d{3})+", re.ASCII)
_FILLING = re.compile(r"[\s().\u00a0']+")

_NUMBER = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SIGNS = r"R\$|US\$|\$|€|£|[A-Z]{3}"
_BEFORE = re.compile(rf"(-?)\s*({_SIGNS})(?![A-Za-z])\s*")
_AFTER = re.compile(rf"(?<![A-Za-z])({_SIGNS})$")
_GROUP = re.compile(r"(?<=\d)\s(?=\d{3}(?:\D|$))")
SIGNS = {"R$": "BRL", "US$": "USD", "€": "EUR", "£": "GBP"}
_SIGN = re.compile(r"US\$|R\$|€|£")
# Those that write a bare $ themselves.
DOLLARS = frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "UYU"])
# Words of headings that are currencies and nothing else.
CURRENCY_CODES = DOLLARS | {"BRL", "EUR", "GBP", "PEN", "PYG", "BOB", "CHF", "JPY", "CNY", "INR", "ZAR"}

_ACCENTS = str.maketrans("áàâãäéêëíîïóôõöúûüçñ", "aaaaaeeeiiioooouuucn")


def is_digits(text: str) -> bool:
    """Tell whether text is a whole number; other alphabets and raised digits are none here."""
    return text.isascii() and text.isdigit()


def text_of(cell: Cell) -> str:
    """Return a cell as text without the blanks around it; a whole number of a spreadsheet loses its `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)  # noqa: PLR2004 - exact
    text = str(cell).replace("\u00a0", " ").strip()
    if text.startswith("="):
        literal = _LITERAL.fullmatch(text)
        if literal is None:
            raise CellError("formula")
        text = literal[1].strip()
    return text.removeprefix("'")


def simplified(text: str) -> str:
    """Return lower-case words without accents, joined by `_`, to compare what people wrote."""
    return "_".join(re.findall(r"[a-z0-9=#-]+", plain_letters(text)))


def plain_letters(text: str) -> str:
    """Return text in lower case, without accents."""
    return text.lower().translate(_ACCENTS)


def international(text: str) -> str:
    """Return a prefix in digits, without `+`, `00` and what a spreadsheet made of it; raise CellError."""
    scientific = _SCIENTIFIC.fullmatch(text.strip())
    if scientific:
        digits = _expanded(scientific)
    else:
        trailing = _TRAILING.fullmatch(text.strip())
        digits = _FILLING.sub("", trailing[1] if trailing else text).removeprefix("+")
    digits = digits.removeprefix("00")
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0") or len(digits) > LONGEST_PREFIX:
        raise CellError("prefix")
    return digits


def _expanded(match: re.Match[str]) -> str:
    lead, fraction, exponent = match[1], match[2] or "", int(match[3])
    if len(fraction.rstrip("0")) > exponent:
        raise CellError("prefix")
    return lead + fraction[:exponent].ljust(exponent, "0")


def was_shortened(cell: Cell) -> bool:
    """Tell whether digits of a prefix may be lost: `5.5E+11` is said with two digits of twelve."""
    if not isinstance(cell, str) or cell.isdigit():
        return False
    match = _SCIENTIFIC.fullmatch(cell.strip())
    return match is not None and 1 + len(match[2] or "") < int(match[3]) + 1


def may_be_grouped(cell: Cell) -> bool:
    """Tell whether prefixes could be one number with thousands signs: `351,352`, or 5511 written as `5,511`."""
    return isinstance(cell, str) and "," in cell and _GROUPED.fullmatch(cell.strip()) is not None


def decimal_signs(text: str) -> str:
    """Return what a price says about the decimal sign: `.`, `,`, `?` where it could be either, or nothing."""
    marks = [character for character in text if character in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if len(set(marks)) > 1:
        return last
    whole, _mark, fraction = text.rpartition(last)
    if len(marks) > 1:
        return "." if last == "," else ","
    digits = "".join(filter(str.isdigit, whole))
    group = 3
    could_be_thousands = len(fraction) == group and 0 < len(digits) <= group and digits[0] != "0"
    return "?" if could_be_thousands else last


def is_of_currency(sign: str, currency: str) -> bool:
    """Tell whether a sign or code beside an amount is that of `currency`."""
    if sign == "$":
        return currency in DOLLARS
    return SIGNS.get(sign, sign) == currency


def currencies_in(heading: str) -> set[str]:
    """Return the currencies that a heading such as `Rate (USD/min)` names."""
    named = {SIGNS[sign] for sign in _SIGN.findall(heading.upper())}
    return named | {word.upper() for word in simplified(heading).split("_") if word.upper() in CURRENCY_CODES}


def amount_of(cell: Cell, decimal_sign: str, currency: str = "", scale: Fraction = ONE) -> Decimal | None:
    """Return an amount of six decimals, or None where the cell is empty; raise CellError.

    Where `currency` is given, a sign of another one beside the amount is an error. `scale` is what the number is
    multiplied by before it is rounded: 60 where a price of a second is to be one of a minute.
    """
    if isinstance(cell, bool | date):
        raise CellError("number")
    if isinstance(cell, int | float):
        return _checked(Decimal(repr(cell)), scale)
    text = text_of(cell)
    return _checked(_amount_of_text(text, decimal_sign, currency), scale) if text else None


def _checked(value: Decimal, scale: Fraction) -> Decimal:
    """Return a number times `scale`, rounded to what a price has."""
    if not value.is_finite():
        raise CellError("number")
    if value < 0:
        raise CellError("negative")
    if scale is not ONE:
        value = value * scale.numerator / scale.denominator
    if value >= LARGEST_PRICE:
        raise CellError("amount_large")
    rounded = value.quantize(SMALLEST_PRICE, ROUND_HALF_UP)
    if value and not rounded:
        raise CellError("amount_small")
    return rounded


def _amount_of_text(text: str, decimal_sign: str, currency: str) -> Decimal:
    bare, signs = _without_signs(text)
    if currency and not all(is_of_currency(sign, currency) for sign in signs):
        raise CellError("currency")
    digits = _GROUP.sub("", bare.replace("\u2212", "-"))
    if re.search(r"\s", digits):
        raise CellError("number")
    if re.fullmatch(r"\(.*\)", digits):
        raise CellError("negative")
    told = decimal_signs(digits)
    if told not in {"", "?", decimal_sign}:
        raise CellError("decimal_mixed")
    thousands = "." if decimal_sign == "," else ","
    number = digits.replace(thousands, "").replace(decimal_sign, ".")
    if not _NUMBER.fullmatch(number):
        raise CellError("number")
    return Decimal(number)


def _without_signs(text: str) -> tuple[str, list[str]]:
    """Return an amount without the currency's signs before and after it, and these."""
    text, signs = text.strip(), []
    if before := _BEFORE.match(text):
        signs.append(before[2])
        text = before[1] + text[before.end() :]
    if after := _AFTER.search(text):
        signs.append(after[1])
        text = text[: after.start()].rstrip()
    return text, signs


def is_spreadsheet_number(text: str) -> bool:
    """Tell whether a spreadsheet wrote a whole number so: `5511.0`, `5,511E+3`."""
    return _SCIENTIFIC.fullmatch(text) is not None or _TRAILING.fullmatch(text) is not None


def whole_text_of(cell: Cell) -> str:
    """Return a cell whose digits are a number's: without `.0`, and written out where that loses none (`5.511E+3`).

    Raise CellError where it is a fraction, or where digits are lost.
    """
    if isinstance(cell, float) and not cell.is_integer():
        raise CellError("number")
    text = text_of(cell)
    if was_shortened(text):
        raise CellError("shortened")
    is_float = len(text) - len(text.rstrip("0")) <= FLOAT_ZEROS and _TRAILING.fullmatch(text) is not None
    return international(text) if is_float or _SCIENTIFIC.fullmatch(text) else text


def without_fraction(text: str) -> str:
    """Return `11` for `11.0`."""
    trailing = _TRAILING.fullmatch(text)
    return trailing[1] if trailing else text
