"""What the cells of one row name: single numbers and ranges, each end with what it can be. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from numbering.did_lists.choice import Country
from numbering.did_lists.country_names import calling_code_of_region, region_named
from voipadmin.core.numbers.areas import area_of
from voipadmin.core.numbers.metadata import calling_code_of
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.written import Readings, dialled_reading, digits_of, plain, readings_of
from voipadmin.core.sheets.cells import Cell, is_digits, whole_text_of

# Two numbers, however they are parted, are shorter; longer text is gone through once only.
LONGEST_RANGE = 100
_LIST = re.compile(r"[;,|\n]|(?<=\d) (?:e|and|y|&) (?=[+(\d])", re.IGNORECASE)
_SLASH = "/"
_TO = re.compile(r"\.\.\.?| (?:a|to|thru|through|até|ate|al|hasta) |-", re.IGNORECASE)
_GROUPED = re.compile(r"\+?\d{1,3}(?:,\d{3})+", re.ASCII)


class Item(NamedTuple):
    """A number, or a range where `last` is another one; `text` is what stands in the list."""

    text: str
    first: Readings
    last: Readings


class NumberFault(Exception):
    """What a row names is no number: a code of faults.MESSAGES, what it is about, and what it could be."""

    def __init__(self, code: str, value: str, *readings: str) -> None:
        super().__init__(code)
        self.code = code
        self.value = value
        self.readings = readings


class RowReader:
    """Reads the number cells of rows whose calling code, area code, leading digits and country are these, or empty.

    A country is named by its ISO code or its name, and may stand in the column of calling codes too. `country` is that
    of the list's national numbers, in rows that name it the one that is chosen.
    """

    def __init__(
        self, country: Country, calling_code: str = "", area: str = "", lead: str = "", named: str = ""
    ) -> None:
        self._plan, self._other = country.plan, country.other
        if calling_code.isalpha():
            calling_code, named = "", named or calling_code
        self._code = _code_named(named)
        self._abroad = _foreign_code(_same_code(calling_code, self._code, named), self._plan)
        self.country = country._replace(is_chosen=True) if self._code == self._plan.country_code else country
        self._area = _checked_area(area, self._plan, self._abroad)
        self._lead = lead

    def items(self, cell: Cell) -> list[Item]:
        """Return what a cell of one or several numbers and ranges names; raise NumberFault, CellError."""
        text = self._text(cell)
        if not text:
            return []
        parts = [text] if self._is_whole(text) else self._parts(text)
        return [self._item(part) for part in parts]

    def between(self, first_cell: Cell, last_cell: Cell) -> list[Item]:
        """Return the range from a cell's number to that of another one, which may be empty."""
        first, last = self._text(first_cell), self._text(last_cell)
        if not first and not last:
            return []
        if not first or not last:
            return [self._single(first or last)]
        ends = self._single(first), self._single(last)
        return [Item(f"{first} – {last}", ends[0].first, ends[1].first)]

    def _text(self, cell: Cell) -> str:
        return whole_text_of(plain(cell) if isinstance(cell, str) else cell)

    def _parts(self, text: str) -> Iterator[str]:
        if _GROUPED.fullmatch(text) and self._is_whole(text.replace(",", "")):
            yield text.replace(",", "")
            return
        for part in _LIST.split(text):
            pieces = part.split(_SLASH)
            # 11 4000/9901 is one number, 11 4000-9901/11 4000-9902 are two.
            whole = self._is_whole(part) or not all(map(self._is_whole, map(str.strip, pieces)))
            yield from (piece.strip() for piece in ([part] if whole else pieces) if piece.strip())

    def _item(self, text: str) -> Item:
        ranges = [ends for ends in _cuts(text) if self._are_ends(*ends)]
        if not ranges:
            return self._single(text)
        if len(ranges) > 1 or self._is_whole(text):
            found = [self._shown(text)] if self._is_whole(text) else []
            raise NumberFault("number_unsure", text, *found, *(f"{first} – {last}" for first, last in ranges))
        (first, last) = ranges[0]
        return Item(text, self._readings(first), self._readings(last))

    def _single(self, text: str) -> Item:
        readings = self._readings(text)
        if not readings.are_any:
            raise self._fault(text, readings)
        self._check_area(text, readings)
        return Item(text, readings, readings)

    def _are_ends(self, first: str, last: str) -> bool:
        """Tell whether both are whole numbers, written in equally many digits."""
        lengths = {len(digits_of(first)), len(digits_of(last))}
        return len(lengths) == 1 and self._is_whole(first) and self._is_whole(last)

    def _is_whole(self, text: str) -> bool:
        return self._readings(text).are_any

    def _readings(self, text: str) -> Readings:
        digits = digits_of(text)
        if digits.startswith("+"):
            return self._of_row(text, readings_of(text, self._plan))
        if self._abroad and digits:
            national = (self._area + self._lead + digits).lstrip("0")
            found = readings_of(self._abroad + national, self._plan)
            return self._perhaps_whole(text, digits, found) if self._code else found
        return readings_of(self._lead + text if digits else text, self._plan, area=self._area, other=self._other)

    def _of_row(self, text: str, readings: Readings) -> Readings:
        """Return the readings of a number with its calling code; raise NumberFault where the row says another one."""
        if self._code and readings.are_any and calling_code_of(readings.digits.removeprefix("+")) != self._code:
            raise NumberFault("country_contradicts", text, f"+{self._code}")
        return readings

    def _perhaps_whole(self, text: str, digits: str, national: Readings) -> Readings:
        """Return what digits of another country are, which may begin with its calling code: 442079460958, of GB."""
        whole = readings_of(f"+{digits}", self._plan) if digits.startswith(self._code) else national
        if whole.are_any and national.are_any and whole.digits != national.digits:
            raise NumberFault("number_unsure", text, shown(national.all[0]), shown(whole.all[0]))
        return whole if whole.are_any else national

    def _check_area(self, text: str, readings: Readings) -> None:
        found = area_of(readings.own, self._plan)
        if self._area and not self._abroad and found != self._area:
            raise NumberFault("area_contradicts", text, *map(shown, readings.all), self._area)

    def _fault(self, text: str, readings: Readings) -> NumberFault:
        """Return why a text is no number, with what it could be: a range in short, a code, an old number."""
        for first, last in _cuts(text):
            if self._is_whole(first) and is_digits(last) and (found := list(self._in_full(first, last))):
                return NumberFault("range_short", text, *found)
        dialled = dialled_reading(text, self._plan, self._area)
        if dialled.is_code or dialled.country == self._plan.region:
            return NumberFault("number_code" if dialled.is_code else "number_old", text, dialled.display)
        return NumberFault(f"number_{readings.own.reason}", text)

    def _in_full(self, first: str, last: str) -> Iterator[str]:
        for number in self._readings(first).all:
            end = number.key[: -len(last)] + last
            if number.key < end and len(end) == len(number.key):
                yield f"+{number.key} – +{end}"

    def _shown(self, text: str) -> str:
        return shown(self._readings(text).all[0])


def shown(number: Number) -> str:
    """Return a number with its country: `+551140009901 (BR)`."""
    return f"{number.e164} ({number.country})" if number.country else number.e164


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text before and after each sign of a range, and after each slash."""
    if len(text) > LONGEST_RANGE:
        return
    for sign in (*_TO.finditer(text), *re.finditer(_SLASH, text)):
        first, last = text[: sign.start()].strip(), text[sign.end() :].strip()
        if first and last:
            yield first, last


def _code_named(named: str) -> str:
    """Return the calling code of a country that a row names by its ISO code, its name or its calling code."""
    digits = plain(named).removeprefix("+").removeprefix("00")
    if not named or is_digits(digits):
        return digits
    region = region_named(named)
    if not region:
        raise NumberFault("country_unknown", named)
    return calling_code_of_region(region)


def _same_code(calling_code: str, code: str, named: str) -> str:
    """Return the calling code of a row, which may be told twice."""
    digits = plain(calling_code).removeprefix("+").removeprefix("00")
    if code and digits and digits != code:
        raise NumberFault("country_contradicts", calling_code, f"{named} +{code}")
    return code or calling_code


def _foreign_code(calling_code: str, plan: NumberingPlan) -> str:
    """Return a plus and the calling code where it is another country's."""
    code = plain(calling_code).removeprefix("+").removeprefix("00")
    if code and calling_code_of(code) != code:
        raise NumberFault("calling_code", calling_code)
    return f"+{code}" if code not in {"", plan.country_code} else ""


def _checked_area(area: str, plan: NumberingPlan, abroad: str) -> str:
    digits = digits_of(area).lstrip("0") if area else ""
    if area and (not digits or digits.startswith("+")):
        raise NumberFault("area_unknown", area, plan.region)
    if digits and not abroad and plan.area_lengths and not plan.is_area(digits):
        raise NumberFault("area_unknown", area, plan.region)
    return digits
