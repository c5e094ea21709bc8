"""The forms of a called number under which tariffs and DIDs are looked up, where the dialplan gave no normal form."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=65_536)
def called_forms(number: str, region: str) -> tuple[str, ...]:
    """Return E.164 digits, where `number` dialled in `region` has them, and the digits as they were dialled."""
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return ()
    normal = _e164(number, region)
    return (normal, digits) if normal and normal != digits else (digits,)


def _e164(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    # A number that is possible only inside one area (4004 1234) has no E.164 form.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def endpoint_of(channel: str) -> str:
    """Return the SIP endpoint in a channel's name: `GW_Vivo_SP` of `PJSIP/GW_Vivo_SP-0000002a`."""
    technology, _slash, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology in {"PJSIP", "SIP"} else ""
