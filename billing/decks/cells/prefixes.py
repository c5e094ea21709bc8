"""Cells of prefixes as carriers write them: pure. What could be several things is asked, not guessed.

1. A cell is cut at `;`, `,`, `/`, `|` and new lines into parts. The first part names the country; where it is written
   apart from the area (`61 38,39`), or a later part is shorter than the first (`5511,21`), that part is of its country.
2. A hyphen between two whole numbers of one length that share a beginning is a range (`5511-5519`); behind a calling
   code it only parts country and area (`44-7`).
3. `44-47` could be either, `5511-19` could be `551119`: these are asked about, as is a range over several countries.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from billing.decks.cells.countries import is_calling_code, region_of_prefix, trunk_prefix_of
from voipadmin.core.numbers.metadata import calling_code_of
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell, is_digits, text_of
from voipadmin.core.sheets.input_errors import CellError

# A range in one cell that names more is refused, whatever was answered.
MOST_PREFIXES = 10_000
# Of a calling code and an area, so many digits are an area and no number.
LONGEST_AREA = 6
SHORTEST_WITH_COUNTRY = 4

CODE_SIGN, INTERNATIONAL = "0", "00"

AREA, RANGE, WHOLE, AREAS, ONE, SEVERAL = "area", "range", "whole", "areas", "one", "several"

_SEPARATORS = re.compile(r"[;,/|\n]+")
_DASHES = re.compile(r"[‐‑‒–—―−]|\.\.+")
_TO = re.compile(r"(?<=\d)\s*\b(?:to|thru|through|a|até|ate|al|hasta)\b\s*(?=[+\d])", re.IGNORECASE)
_AND = re.compile(r"(?<=\d)\s*(?:&|\b(?:and|e|y)\b)\s*(?=[+(\d])", re.IGNORECASE)
_FILLING = re.compile(r"[\s().']+")
_BRACKETS = str.maketrans(":[]{}", "     ")
# 551[12] names the digits that may follow, 551 [12] is 55112; what stands between commas or hyphens is a list.
_DIGIT_CLASS = re.compile(r"\d\[\d{2,}\]", re.ASCII)
_GROUPS = re.compile(r"\d+", re.ASCII)
_AREA_GROUPS = (2, 3)


class CellQuestion(Exception):
    """A cell could mean two things; `code` is one of the questions of decks."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _First(NamedTuple):
    """What a cell's first part says of the later ones: its calling code, its length, and whether these stood apart."""

    code: str
    length: int
    is_apart: bool

    @property
    def area_length(self) -> int:
        """Return how many digits follow the calling code."""
        return self.length - len(self.code)


class PrefixReader:
    """Reads the cells of a column, by what was answered about their style (`hyphen`, `countries`, `blanks`, `many`)."""

    def __init__(
        self, answers: Mapping[str, str], most_from_a_range: int, is_code: Callable[[str], bool] = lambda _digits: False
    ) -> None:
        self._answers, self._most, self._is_code = answers, most_from_a_range, is_code

    def prefixes_of(self, cell: Cell) -> list[str]:
        """Return the prefixes of E.164 that a cell names, or codes with their 0; raise CellError or CellQuestion."""
        if is_plain_prefix(cell):
            return [str(cell)]
        text = _text_of(cell)
        if not text:
            return []
        if cells.is_spreadsheet_number(text):
            return [cells.international(text)]
        found: list[str] = []
        first: _First | None = None
        for part in _parts_of(text):
            more = self._of_country(part, first.code) if first and self._is_short(part, first) else self._whole(part)
            found += more
            self._check_number(found)
            if first is None:
                first = _first_of(part, more[0])
            elif self._name_countries_by_few_digits(found):
                self._ask("countries")
        if first and found[0] == first.code and self._answers.get("countries") == AREAS:
            del found[0]
        return found

    def _code(self, part: str) -> str:
        """Return a code of the country with the 0 with which people dial it (0800), or nothing."""
        digits = _FILLING.sub("", part)
        begins = is_digits(digits) and digits.startswith(CODE_SIGN) and not digits.startswith(INTERNATIONAL)
        return digits if begins and len(digits) <= cells.LONGEST_PREFIX and self._is_code(digits) else ""

    def areas_of(self, cell: Cell, country: str) -> list[str]:
        """Return the prefixes of the area codes that a cell names; of an empty one the calling code itself."""
        text = _text_of(cell)
        if cells.is_spreadsheet_number(text):
            text = cells.without_fraction(text)
        found: list[str] = []
        for part in _parts_of(text):
            found += self._of_country(part, country)
            self._check_number(found)
        return found or [country]

    def _ask(self, code: str) -> None:
        if code not in self._answers:
            raise CellQuestion(code)

    def _check_number(self, found: list[str]) -> None:
        if len(found) > MOST_PREFIXES:
            raise CellError("prefix_range_large")

    def _is_short(self, part: str, first: _First) -> bool:
        """Tell whether a later part leaves out the country that the first one named."""
        lead = part.partition("-")[0]
        digits, own = _digits_in(lead), _code_apart(lead)
        if not first.code or _is_marked(part) or own == first.code:
            return False
        if own or _is_code_parted(lead, digits, first.code):
            return self._are_areas()
        return self._is_short_apart(digits, first) if first.is_apart else self._is_short_joined(digits, first)

    def _is_short_apart(self, digits: str, first: _First) -> bool:
        """Tell the same behind a part such as `61 38`, whose country stands apart."""
        if len(digits) <= first.area_length:
            return True
        if digits.startswith(first.code):
            return False
        return len(digits) < first.length or self._are_areas()

    def _is_short_joined(self, digits: str, first: _First) -> bool:
        """Tell the same behind a part such as `6138`."""
        begins = digits.startswith(first.code)
        if len(digits) >= first.length:
            return not begins and self._answers.get("countries") == AREAS
        could_be_area = len(digits) == first.area_length and len(digits) < SHORTEST_WITH_COUNTRY
        if begins and digits != first.code and not could_be_area:
            return False
        if begins or (len(digits) >= SHORTEST_WITH_COUNTRY and calling_code_of(digits)):
            return self._are_areas()
        return True

    def _are_areas(self) -> bool:
        self._ask("countries")
        return self._answers["countries"] == AREAS

    @staticmethod
    def _name_countries_by_few_digits(prefixes: list[str]) -> bool:
        """Tell whether prefixes are of several countries, one of them so short that it could be an area: `55;11;21`."""
        could_be_areas = min(map(len, prefixes)) < min(_AREA_GROUPS) + 1
        return could_be_areas and len({calling_code_of(prefix) for prefix in prefixes}) > 1

    def _of_country(self, part: str, country: str) -> list[str]:
        """Read a part of which the country is known."""
        first, *more = [_area(piece, country) for piece in part.split("-")]
        if not more:
            return [_joined(country, first)]
        if len(more) > 1:
            raise CellError("prefix")
        return self._span(country, first, more[0])

    def _whole(self, part: str) -> list[str]:
        """Read a part that names its country itself."""
        pieces = part.split("-")
        if len(pieces) == 1:
            code = self._code(part)
            return [code] if code else self._grouped(part)
        first = cells.international(pieces[0])
        rest = [cells.international(piece) if _is_marked(piece) else _area(piece, "") for piece in pieces[1:]]
        if is_calling_code(first) and not _is_marked(pieces[1]):
            return self._behind_a_code(first, rest)
        if len(rest) > 1:
            raise CellError("prefix")
        code = _code_apart(pieces[0])
        if code and not _is_marked(pieces[1]) and len(rest[0]) == len(first) - len(code):
            return self._range(first, code + rest[0])
        return self._span("", first, rest[0])

    def _span(self, country: str, first: str, last: str) -> list[str]:
        """Read two numbers with a hyphen between them, as areas of `country` where that is known."""
        if len(last) > len(first):
            raise CellError("prefix_range")
        if len(last) < len(first):
            self._ask("hyphen")
            if self._answers["hyphen"] == AREA:
                return [_joined(country, first + last)]
            last = first[: len(first) - len(last)] + last
        return self._range(_joined(country, first), _joined(country, last))

    def _behind_a_code(self, code: str, rest: list[str]) -> list[str]:
        """Read `44-7`, which is 447, and `44-47`, which could be a range."""
        digits = "".join(rest)
        if len(rest) > 1:
            return [_joined(code, digits)]
        could_be_range = len(code) == len(digits) and code[0] == digits[0] and code < digits
        if could_be_range or len(digits) > LONGEST_AREA:
            self._ask("hyphen")
            if self._answers["hyphen"] == RANGE:
                return self._range(code, digits, is_meant=True)
        return [_joined(code, digits)]

    def _range(self, first: str, last: str, *, is_meant: bool = False) -> list[str]:
        if len(last) != len(first) or int(last) < int(first):
            raise CellError("prefix_range")
        number = int(last) - int(first) + 1
        if number > MOST_PREFIXES:
            raise CellError("prefix_range_large")
        if number > self._most:
            self._ask("many")
        found = [str(prefix) for prefix in range(int(first), int(last) + 1)]
        if not is_meant and len({region_of_prefix(prefix) for prefix in found}) > 1:
            self._ask("range_countries")
        return found

    def _grouped(self, part: str) -> list[str]:
        """Read a number whose digits may stand in groups; `5511 5521` and `55 11 21` could be several."""
        groups = _GROUPS.findall(part)
        whole = cells.international(part)
        code = _code_apart(part)
        rest = groups[1:] if code else groups
        lengths = {len(group) for group in rest}
        if len(rest) > 1 and len(lengths) == 1 and self._look_like_a_list(rest, code):
            self._ask("blanks")
            if self._answers["blanks"] == SEVERAL:
                return [_joined(code, group) for group in rest]
        return [whole]

    @staticmethod
    def _look_like_a_list(groups: list[str], code: str) -> bool:
        if code:
            return len(groups[0]) in _AREA_GROUPS
        return len(groups[0]) >= SHORTEST_WITH_COUNTRY and all(map(calling_code_of, groups))


def is_plain_prefix(cell: Cell) -> bool:
    """Tell whether a cell is a prefix as it stands, as most are."""
    return (
        type(cell) is str and cell.isascii() and cell.isdigit() and cell[0] != "0" and len(cell) <= cells.LONGEST_PREFIX
    )


def _text_of(cell: Cell) -> str:
    """Return a cell as text in which only hyphens and separators have a meaning."""
    if isinstance(cell, date) or (isinstance(cell, float) and not cell.is_integer()):
        raise CellError("prefix")
    text = _DASHES.sub("-", text_of(cell))
    if _DIGIT_CLASS.search(text):
        raise CellError("prefix")
    text = text.translate(_BRACKETS)
    has_words = not text.isascii() or "&" in text or any(map(str.isalpha, text))
    return _AND.sub(",", _TO.sub("-", text)) if has_words else text


def _parts_of(text: str) -> Iterator[str]:
    return (part for part in _SEPARATORS.split(text) if part.strip())


def _first_of(part: str, prefix: str) -> _First:
    code = calling_code_of(prefix)
    lead = part.partition("-")[0]
    is_apart = bool(_code_apart(lead)) or ("-" in part and _digits_in(lead) == code)
    return _First(code, len(prefix), is_apart)


def _code_apart(text: str) -> str:
    """Return the calling code that stands apart from what follows it, as in `55 11`, else nothing."""
    groups = _GROUPS.findall(text)
    code = groups[0].removeprefix("00") if groups else ""
    return code if len(groups) > 1 and is_calling_code(code) else ""


def _is_code_parted(lead: str, digits: str, country: str) -> bool:
    """Tell whether digits name another country by a calling code that a blank divides, as 80 0 does."""
    code, groups = calling_code_of(digits), _GROUPS.findall(lead)
    return bool(groups) and code not in {"", country} and len(groups[0]) < len(code)


def _is_marked(piece: str) -> bool:
    return piece.strip().startswith(("+", "00"))


def _digits_in(text: str) -> str:
    return "".join(_GROUPS.findall(text))


def _area(piece: str, country: str) -> str:
    """Return the digits of an area code, without the zero that is dialled before it within such countries as Brazil."""
    digits = _FILLING.sub("", piece)
    if not is_digits(digits) or len(digits) > cells.LONGEST_PREFIX:
        raise CellError("prefix")
    return digits.removeprefix("0") if country and trunk_prefix_of(country) == "0" else digits


def _joined(country: str, digits: str) -> str:
    if len(country) + len(digits) > cells.LONGEST_PREFIX:
        raise CellError("prefix")
    return country + digits


def areas_in(text: str) -> list[str]:
    """Return the digits of each area code in a cell, without a zero in front."""
    return [digits for part in re.split(r"[^0-9]+", text) if (digits := part.lstrip("0"))]
