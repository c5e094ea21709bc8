"""The groups in which people read a number: country, area, exchange, subscriber."""

import re
from functools import lru_cache

import phonenumbers

# libphonenumber parts groups by these; a number of E.164 has up to fifteen digits.
_PARTS = re.compile(r"[0-9]+")
_E164 = re.compile(r"\+?([1-9][0-9]{6,14})")


@lru_cache(maxsize=4096)
def groups_of(text: str) -> tuple[str, ...]:
    """Return the groups of a number of E.164, with or without its plus: 55, 11, 4000 and 1000.

    Nothing where the text is no such number of a length that its country has: then it is read as it stands.
    """
    found = _E164.fullmatch(text)
    if found is None:
        return ()
    try:
        number = phonenumbers.parse(f"+{found[1]}")
    except phonenumbers.NumberParseException:
        return ()
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ()
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    groups = tuple(_PARTS.findall(written))
    # A format may add or drop digits (a trunk zero, an Argentine 9): then the text would be another number.
    return groups if "".join(groups) == found[1] and len(groups) > 1 else ()
