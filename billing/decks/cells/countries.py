"""Countries by calling codes, and of which one a list's area codes are where it names none; pure.

Source: libphonenumber's metadata, by `voipadmin.core.numbers.metadata`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

from voipadmin.core.numbers.metadata import calling_code_of, countries_of, metadata_of

# Only Brazil calls its area codes so (discagem direta a distância).
BRAZIL, BRAZILIAN_WORD = "55", "ddd"
BRAZILIAN_NAMES = frozenset({"brasil", "brazil", "br", "bra"})


def is_calling_code(digits: str) -> bool:
    """Tell whether `digits` are a whole calling code, without any of a number."""
    return bool(digits) and calling_code_of(digits) == digits


def main_region_of(code: str) -> str:
    """Return the ISO 3166 region that a calling code is mainly for, or nothing: US for 1."""
    return next(iter(countries_of(int(code))), "") if is_calling_code(code) else ""


@lru_cache(maxsize=256)
def trunk_prefix_of(code: str) -> str:
    """Return what is dialled before an area within the country of a calling code, and is no part of it: 0 for 55."""
    region = main_region_of(code)
    return (metadata_of(region).national_prefix or "") if region else ""


@lru_cache(maxsize=65_536)
def region_of_prefix(digits: str) -> str:
    """Return the ISO 3166 region of a prefix of E.164, nothing where no calling code is known.

    Of a code that several regions share it is the one whose own beginning the prefix has (1264 is AI), else the main.
    """
    code = calling_code_of(digits)
    if not code:
        return ""
    own = (region for region, beginning in _beginnings(code) if beginning.match(digits, len(code)))
    return next(own, main_region_of(code) or code)


@lru_cache(maxsize=256)
def _beginnings(code: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the regions that share a calling code and whose numbers begin in a way of their own."""
    known = ((region, metadata_of(region).leading_digits) for region in countries_of(int(code)))
    return tuple((region, re.compile(digits)) for region, digits in known if digits)


def home_code_of(region: str) -> str:
    """Return the calling code of an ISO 3166 region."""
    return str(metadata_of(region).country_code)


def are_areas_of(code: str, areas: Iterable[str]) -> bool:
    """Tell whether all of some area codes are those of a calling code's main country."""
    return all(is_area_of(code, area) for area in areas)


@lru_cache(maxsize=65_536)
def is_area_of(code: str, area: str) -> bool:
    """Tell whether the country has fixed or mobile numbers that begin with `area`, by numbers like its examples."""
    region = main_region_of(code)
    if not region:
        return False
    known = metadata_of(region)
    examples = (kind.example_number for kind in (known.fixed_line, known.mobile) if kind and kind.example_number)
    return any(_is_valid(f"+{code}{area}{example[len(area) :]}") for example in examples)


def _is_valid(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
