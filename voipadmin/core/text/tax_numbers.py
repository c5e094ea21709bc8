"""Tax numbers of companies and people: Brazil's CNPJ and CPF with their check digits, other countries' as they are.

Source: Receita Federal, Instrução Normativa RFB 2.229/2024 (a CNPJ may have letters from July 2026 on).
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message

BRAZIL = "BR"
LONGEST = 30
_SEPARATORS = re.compile(r"[\s./-]+")
_CPF = re.compile(r"[0-9]{11}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_FOREIGN = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]*")
CPF_LENGTH, CNPJ_LENGTH = 11, 14


class InvalidTaxNumber(ValueError):
    """The text is no tax number of its country; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TaxNumber:
    """A tax number as it is kept (`value`), and what it is called in its country (`kind`, empty where not known)."""

    kind: str
    value: str

    def __str__(self) -> str:
        v = self.value
        if self.kind == "CPF":
            return f"{v[:3]}.{v[3:6]}.{v[6:9]}-{v[9:]}"
        return f"{v[:2]}.{v[2:5]}.{v[5:8]}/{v[8:12]}-{v[12:]}" if self.kind == "CNPJ" else v


def read_tax_number(text: str, country: str) -> TaxNumber:
    """Return the tax number that `text` is in an ISO 3166 country; raise InvalidTaxNumber.

    Brazil's are a CPF of 11 digits or a CNPJ of 14, whose first twelve may be letters, with their check digits.
    """
    if country != BRAZIL:
        value = " ".join(text.split())
        if len(value) > LONGEST or not _FOREIGN.fullmatch(value):
            raise InvalidTaxNumber(_("Use letters, digits, spaces and . / - for a tax number, 30 at most."))
        return TaxNumber("", value)
    value = _SEPARATORS.sub("", text).upper()
    if _CPF.fullmatch(value):
        return _checked("CPF", value, value[:9] + _digits_of_cpf(value[:9]))
    if _CNPJ.fullmatch(value):
        return _checked("CNPJ", value, value[:12] + _digits_of_cnpj(value[:12]))
    raise InvalidTaxNumber(_("A CNPJ has 14 characters and ends with two digits, a CPF has 11 digits."))


def _checked(kind: str, value: str, right: str) -> TaxNumber:
    # 111.111.111-11 and the like have the right check digits and are nobody's.
    if value != right or len(set(value)) == 1:
        raise InvalidTaxNumber(_("This is no valid CNPJ or CPF: its check digits are wrong. Look for a typing error."))
    return TaxNumber(kind, value)


def _digits_of_cpf(body: str) -> str:
    """Return both check digits: each is of the digits before it, by weights that fall to 2."""
    for _place in range(2):
        weighted = zip(body, range(len(body) + 1, 1, -1), strict=True)
        body += _check_digit(sum(int(digit) * weight for digit, weight in weighted))
    return body[-2:]


def _digits_of_cnpj(body: str) -> str:
    """Return both check digits: a character counts as its ASCII code less 48, by weights 2 to 9 from the right."""
    for _place in range(2):
        weighted = zip(reversed(body), (2 + place % 8 for place in range(len(body))), strict=True)
        body += _check_digit(sum((ord(character) - ord("0")) * weight for character, weight in weighted))
    return body[-2:]


def _check_digit(total: int) -> str:
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)  # noqa: PLR2004 - the rule's own numbers
