"""Postal codes and states: Brazil's are checked, other countries' are as they are written."""

import re

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.text.tax_numbers import BRAZIL

STATES = frozenset(
    "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split()  # noqa: SIM905 - read as a line
)
CEP_LENGTH = 8
_POSTAL_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]*")


class InvalidPostalValue(ValueError):
    """The text is no postal code, or no state, of its country; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read_postal_code(text: str, country: str) -> str:
    """Return a postal code as it is kept: `01310-100` in Brazil; raise InvalidPostalValue."""
    value = " ".join(text.split())
    if country == BRAZIL:
        digits = value.replace("-", "").replace(".", "").replace(" ", "")
        if len(digits) != CEP_LENGTH or not (digits.isascii() and digits.isdecimal()):
            raise InvalidPostalValue(_("A CEP has 8 digits: 01310-100."))
        return f"{digits[:5]}-{digits[5:]}"
    if not _POSTAL_CODE.fullmatch(value):
        raise InvalidPostalValue(_("Use letters, digits, spaces and - for a postal code."))
    return value.upper()


def read_state(text: str, country: str) -> str:
    """Return a state as it is kept: two letters in Brazil; raise InvalidPostalValue."""
    value = " ".join(text.split())
    if country != BRAZIL:
        return value
    if value.upper() not in STATES:
        raise InvalidPostalValue(_("Write the state's two letters: SP."))
    return value.upper()
