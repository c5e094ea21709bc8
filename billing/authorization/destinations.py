"""A number's country, and whether it is at high risk, by the numbering plans of the world."""

from functools import lru_cache

import phonenumbers

from billing.authorization.home import is_service
from voipadmin.core.numbers.tables import SHORTEST_E164

RISKY_TYPES = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.PERSONAL_NUMBER})


@lru_cache(maxsize=65_536)
def country_of_number(number: str, home: str) -> str | None:
    """Return the country (ISO 3166, two letters) of a number in E.164 digits, or None where it has none or several.

    Short numbers and services of the country `home` are in it.
    """
    if len(number) < SHORTEST_E164 or is_service(number, home):
        return home
    parsed = _parsed(number)
    if parsed is None:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    # A number that is not assigned has no region. Where its country code is one country's alone, it is in that one.
    regions = (region,) if region else phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    return regions[0] if len(regions) == 1 and len(regions[0]) == 2 and regions[0].isalpha() else None  # noqa: PLR2004 - a code of a country has two letters


@lru_cache(maxsize=65_536)
def is_high_risk(number: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a number in E.164 digits is premium by its country's plan, or begins with one of `prefixes`."""
    if len(number) < SHORTEST_E164:
        return False
    parsed = _parsed(number)
    if parsed is not None and phonenumbers.number_type(parsed) in RISKY_TYPES:
        return True
    return number.startswith(prefixes)


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return None
