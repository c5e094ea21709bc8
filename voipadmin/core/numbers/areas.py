"""Area codes: that of a number, and the one in which a caller dials."""

from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key


def area_of(number: Number, plan: NumberingPlan) -> str:
    """Return the area code of a number of the plan's country, or nothing where it has none or could have several."""
    if number.is_code or number.country != plan.region:
        return ""
    found = [length for length in plan.area_lengths if plan.is_area(number.national[:length])]
    return number.national[: found[0]] if len(found) == 1 else ""


def home_area_of(
    plan: NumberingPlan, *, extension_area: str = "", customer_area: str = "", main_number: str = ""
) -> str:
    """Return the area in which a caller's local numbers are, or nothing: then they are unreadable.

    It is the extension's own, else the customer's, else that of the customer's main number (digits of E.164).
    """
    return extension_area or customer_area or area_of(number_of_key(main_number, plan), plan)
