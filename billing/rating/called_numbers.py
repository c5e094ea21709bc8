"""The forms of numbers under which tariffs and DIDs are looked up, where the dialplan gave no normal form."""

from functools import lru_cache

import phonenumbers

from routing.numbers import INTERNATIONAL_PREFIX, country_of, without_carrier


@lru_cache(maxsize=65_536)
def called_forms(number: str, region: str) -> tuple[str, ...]:
    """Return E.164 digits, where `number` dialled in `region` has them, and the digits as they were dialled."""
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return ()
    normal = _e164(number, region)
    return (normal, digits) if normal and normal != digits else (digits,)


@lru_cache(maxsize=65_536)
def origin_of(caller: str, fallback: str, region: str) -> str:
    """Return the caller's E.164 digits, else those of `fallback`, its customer's number: `1001` has none."""
    return next((digits for number in (caller, fallback) if number and (digits := _caller_digits(number, region))), "")


def _caller_digits(number: str, region: str) -> str:
    """Return E.164 digits. Most callers are whole numbers of this country, which needs no parsing to be seen."""
    country = country_of(region)
    is_whole = number.startswith(country.code) and len(number) - len(country.code) in country.national_lengths
    return number if is_whole and number.isascii() and number.isdigit() else _e164(number, region)


def _e164(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(_as_dialplan_reads(number, region), region)
    except phonenumbers.NumberParseException:
        return ""
    # A number that is possible only inside one area (4004 1234) has no E.164 form.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _as_dialplan_reads(number: str, region: str) -> str:
    """Return the number with a plus where 00 stands for it, or where it named a carrier; else as it is."""
    if number.startswith(INTERNATIONAL_PREFIX):
        return f"+{number.removeprefix(INTERNATIONAL_PREFIX)}"
    bare = without_carrier(number, region)
    return number if bare == number else f"+{bare}"


def endpoint_of(channel: str) -> str:
    """Return the SIP endpoint in a channel's name: `GW_Vivo_SP` of `PJSIP/GW_Vivo_SP-0000002a`."""
    technology, _slash, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology in {"PJSIP", "SIP"} else ""
