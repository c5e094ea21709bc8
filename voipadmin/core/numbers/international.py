"""Numbers of other countries: where they are and of which kind, by libphonenumber."""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from voipadmin.core.numbers.metadata import calling_code_of, countries_of
from voipadmin.core.numbers.number import Number, NumberKind

_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL,
    PhoneNumberType.UAN: NumberKind.UAN,
}


@lru_cache(maxsize=65_536)
def foreign_number(digits: str) -> Number:
    """Return the number of digits of E.164 whose calling code is known; numbers that no plan has are of kind OTHER."""
    code = calling_code_of(digits)
    parsed = _built(code, digits.removeprefix(code))
    kind = _KINDS.get(phonenumbers.number_type(parsed), NumberKind.OTHER)
    return Number(kind, key=digits, country=_country_of(parsed, int(code)), national=digits.removeprefix(code))


def has_possible_length(number: Number) -> bool:
    """Tell whether a number of another country is as long as numbers are there, in unknown ranges as well."""
    return phonenumbers.is_possible_number(_built(number.key.removesuffix(number.national), number.national))


def _built(code: str, national: str) -> phonenumbers.PhoneNumber:
    """Return a number built rather than parsed: parsing would take national prefixes out, and so find another one."""
    zeros = len(national) - len(national.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=min(zeros, len(national) - 1) or None,
    )


def _country_of(parsed: phonenumbers.PhoneNumber, code: int) -> str:
    """Return the country; one of a code that several share is told by valid numbers alone."""
    region = phonenumbers.region_code_for_number(parsed)
    regions = countries_of(code)
    if region in regions:
        return str(region)
    return regions[0] if len(regions) == 1 else ""
