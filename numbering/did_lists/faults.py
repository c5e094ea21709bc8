"""What is wrong with a list of numbers, or has to be asked about it, by code."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message

MESSAGES: Mapping[str, Message] = {
    "columns": _("No row has the headings of a list of numbers: number, provider, gateway, monthly cost, notes."),
    "row_longer": _("The row has more cells than there are headings: “%(value)s”. Does an amount hold the delimiter?"),
    "number_missing": _("The row has no number."),
    "number_empty": _("The row has no number."),
    "number": _("“%(value)s” is no whole number."),
    "shortened": _("“%(value)s” was shortened by a spreadsheet; digits are lost. Format the column as text."),
    "prefix": _("“%(value)s” is no telephone number."),
    "number_characters": _("“%(value)s” is no telephone number."),
    "number_no_area": _("“%(value)s” is a local number; a column with its area code is missing."),
    "number_impossible": _("“%(value)s” is no number of the numbering plan."),
    "number_no_country": _("“%(value)s” is no number of the numbering plan, and no country has its calling code."),
    "number_too_short": _("“%(value)s” is too short for a telephone number."),
    "number_too_long": _("“%(value)s” is longer than any telephone number."),
    "number_code": _("“%(value)s” is the code %(readings)s of the country; the inventory holds numbers of E.164."),
    "number_old": _("“%(value)s” is written as no number is today. If it is %(readings)s, write it so."),
    "number_unsure": _("“%(value)s” can be read in several ways: %(readings)s. Write it in one."),
    "range_short": _("“%(value)s” could mean %(readings)s. Write both numbers of a range in full."),
    "range": _("“%(value)s” is no range of numbers of equal length, from the lower to the higher."),
    "range_large": _("“%(value)s” has more than 10,000 numbers."),
    "range_gap": _("“%(value)s” holds numbers that the numbering plan does not have, such as %(readings)s."),
    "count": _("“%(value)s” is no count of numbers from 1 to 10,000."),
    "count_contradicts": _("“%(value)s” has %(readings)s numbers, and the quantity beside it says otherwise."),
    "area_unknown": _("“%(value)s” is no area code of the list's country (%(readings)s)."),
    "area_contradicts": _("“%(value)s” is %(readings)s: the number and the area code beside it contradict each other."),
    "country_unknown": _("“%(value)s” is no country: write its ISO code, such as BR."),
    "country_contradicts": _("“%(value)s” is of another country than the row says (%(readings)s)."),
    "calling_code": _("“%(value)s” is no calling code of a country."),
    "country_unsure": _("“%(value)s” could be %(readings)s. Choose the country of the list."),
    "provider_missing": _("The number has no provider."),
    "provider_unknown": _("There is no provider “%(value)s”."),
    "gateway_unknown": _("There is no gateway “%(value)s”."),
    "decimal_unsure": _("“%(value)s” could be thousands or a fraction. Write it with two decimals."),
    "currency": _("“%(value)s” is in another currency than the provider's (%(readings)s)."),
    "number_doubled": _("%(value)s stands here otherwise than in row %(other)s."),
    "did_refused": _("%(value)s"),
    "not_in_service": _("The list says “%(value)s” of this number. Take its row out, or correct it."),
    "too_many_numbers": _("The list has more than %(value)s numbers."),
}
