"""How the price of a call came about, step by step, from the rate that its record keeps; pure."""

import math
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rating.durations import InvalidRate, Rate, RoundingMethod, parse_rate, rate_duration
from voipadmin.core.errors import Message
from voipadmin.core.text.decimals import format_amount

METHODS: dict[str, Message] = {
    RoundingMethod.UP: gettext_lazy("up"),
    RoundingMethod.HALF_UP: gettext_lazy("half up"),
    RoundingMethod.DOWN: gettext_lazy("down"),
}
PLACES = 4


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A step: what is done, and what it comes to, an amount or seconds; nothing where it changes neither."""

    text: str
    result: str = ""


def price_steps(applied_rate: str, billable_seconds: Decimal) -> list[PriceStep]:
    """Return the steps from the seconds of a call to its price; none where the rate cannot be read.

    1. Seconds that have begun. 2. Free seconds. 3. Each band, in its increments. 4. Fee, minimum. 5. Rounding.
    """
    try:
        rate = parse_rate(applied_rate)
    except InvalidRate:
        return []
    whole = math.ceil(billable_seconds)
    exact = formats.number_format(billable_seconds, 3)
    counted = _("%(exact)s s from answer to end: every second that has begun counts.") % {"exact": exact}
    steps = [PriceStep(counted, f"{whole} s")]
    if whole <= rate.free_seconds:
        free = _("Up to %(free)s s cost nothing.") % {"free": rate.free_seconds}
        words = free if rate.free_seconds else _("No second was talked: nothing is charged.")
        return [*steps, PriceStep(words, format_amount(Decimal(0), PLACES))]
    charge = rate_duration(rate, billable_seconds)
    steps += _bands(rate, whole)
    steps += _fees(rate)
    rounding = _("Rounded %(how)s to %(places)s decimals.") % {
        "how": METHODS[rate.rounding], "places": rate.decimals,
    }  # fmt: skip
    return [*steps, PriceStep(rounding, format_amount(charge.amount, PLACES))]


def _bands(rate: Rate, seconds: int) -> list[PriceStep]:
    """Return a step for each band that the call reached: its seconds in whole increments, and what they come to."""
    steps, position = [], 0
    ends: list[int | None] = [later.start for _band, later in pairwise(rate.bands)]
    for band, begins_next in zip(rate.bands, [*ends, None], strict=True):
        end = seconds if begins_next is None else min(seconds, begins_next)
        if position >= end:
            continue
        taken = -(-(end - position) // band.increment) * band.increment
        position += taken
        words = _("%(seconds)s s in steps of %(increment)s s, at %(rate)s for %(unit)s s.") % {
            "seconds": taken, "increment": band.increment, "rate": format_amount(band.rate, PLACES), "unit": band.unit,
        }  # fmt: skip
        steps.append(PriceStep(words, format_amount(round(band.rate * taken / band.unit, PLACES + 2), PLACES)))
    return steps


def _fees(rate: Rate) -> list[PriceStep]:
    steps = []
    if rate.connect_fee:
        steps.append(PriceStep(_("Connect fee."), format_amount(rate.connect_fee, PLACES)))
    if rate.minimum_charge:
        steps.append(PriceStep(_("At least the minimum charge."), format_amount(rate.minimum_charge, PLACES)))
    return steps
