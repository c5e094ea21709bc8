"""What has to be asked about a deck; what is wrong with it is told as with any file of rows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.sheets import input_errors

QUESTIONS: dict[str, Message] = {
    "columns": _("Which column is which? Prefix (or area codes) and price are needed."),
    "unused": _("Nothing uses the column “%(value)s”, though its values could be about prices. What is it?"),
    "date_order": _("Is “%(value)s” day/month or month/day? No row of the list tells."),
    "decimal": _("Does “%(value)s” have a decimal sign or a thousands sign? No row of the list tells."),
    "rounded": _("“%(value)s” was shortened by a spreadsheet. Is it this prefix with zeros at the end?"),
    "several": _("Are “%(value)s” several prefixes, and not one number with a thousands sign?"),
    "hyphen": _("Is “%(value)s” a range, or does the hyphen only part country and area?"),
    "blanks": _("Is “%(value)s” one prefix in groups of digits, or several prefixes?"),
    "countries": _("Are “%(value)s” prefixes of several countries, or areas of the country that the first one names?"),
    "range_countries": _("“%(value)s” is a range over several countries. Is it meant?"),
    "many": _("“%(value)s” names very many prefixes. Is it meant?"),
    "country": _("The list has area codes, such as “%(value)s”, and no country. Of which country are they?"),
    "letter": _("What does the letter “%(value)s” say of a row?"),
    "status_number": _("“%(value)s” is a status. Which number says that a row is active?"),
    "off_peak": _("When does the off-peak price “%(value)s” hold?"),
    "weekend": _("When does the weekend price “%(value)s” hold?"),
    "kind": _("The numbering plan does not tell which numbers the price “%(value)s” is for. Leave it out?"),
    "exact": _("The row is for just this number (“%(value)s”), not for those that begin with it. Read it as a prefix?"),
    "code_or_number": _(
        "“%(value)s” could begin numbers, or be a code of the country: %(readings)s. What are prefixes like this one"
        " for?"
    ),
    "one_code": _("%(value)s are one code, which row %(other)s names already. Is it meant?"),
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
