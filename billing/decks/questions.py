"""What has to be asked about a deck; what is wrong with it is told as with any file of rows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.sheets import input_errors

QUESTIONS: dict[str, Message] = {
    "columns": _("Which column is which? Prefix (or country and area code) and price are needed."),
    "date_order": _("Is “%(value)s” day/month or month/day? No row of the list tells."),
    "decimal": _("Does “%(value)s” have a decimal sign or a thousands sign? No row of the list tells."),
    "rounded": _("“%(value)s” was shortened by a spreadsheet. Is it this prefix with zeros at the end?"),
    "several": _("Are “%(value)s” several prefixes, and not one number with a thousands sign?"),
    "far_price": _("%(value)s: the price is 50 times the present one or more, or a fiftieth or less. Is it right?"),
    "far_from_shorter": _("%(value)s: of these two prices, the shorter prefix has the second. Are they both right?"),
    "half_gone": _("%(value)s of the present prefixes are not in this full list and would end. Is it a full list?"),
}


class DeckRefused(DomainError):
    """What was asked for cannot be done with this deck."""

    code = "deck_refused"


def message_of(kept: Mapping[str, Any]) -> Message:
    """Return a stored error or question in the reader's language."""
    return input_errors.message_of(kept, QUESTIONS)
