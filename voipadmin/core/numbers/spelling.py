"""A number as a carrier wants it, made from the value that was judged."""

from enum import StrEnum

from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan


class NumberForm(StrEnum):
    """How numbers are written; codes of the country are written as people dial them in each of these."""

    E164 = "e164"
    E164_PLUS = "e164_plus"
    NATIONAL = "national"
    NATIONAL_ZERO = "national_zero"
    NATIONAL_CARRIER = "national_carrier"


def spell(number: Number, form: NumberForm, plan: NumberingPlan, carrier_code: str = "") -> str:
    """Return a readable number in a form; in national forms numbers of other countries get the prefix 00."""
    if number.is_code:
        return number.code
    if form is NumberForm.E164:
        return number.key
    if form is NumberForm.E164_PLUS:
        return f"+{number.key}"
    carrier = carrier_code if form is NumberForm.NATIONAL_CARRIER else ""
    if not number.key.startswith(plan.country_code):
        return f"{plan.international_prefix}{carrier}{number.key}"
    national = number.key.removeprefix(plan.country_code)
    return national if form is NumberForm.NATIONAL else f"{plan.trunk_prefix}{carrier}{national}"


def spellings_of(number: Number, plan: NumberingPlan) -> frozenset[str]:
    """Return every way in which a readable number may stand in a record: its key, and all forms without a carrier."""
    forms = (NumberForm.E164, NumberForm.E164_PLUS, NumberForm.NATIONAL, NumberForm.NATIONAL_ZERO)
    return frozenset({number.key, *(spell(number, form, plan) for form in forms)})
