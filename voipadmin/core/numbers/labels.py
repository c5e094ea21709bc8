"""What people are told of numbers: kinds, and why digits are no number."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voipadmin.core.numbers.number import NumberKind, Unreadable

KIND_LABELS: dict[NumberKind, Promise] = {
    NumberKind.FIXED: _("fixed line"),
    NumberKind.MOBILE: _("mobile"),
    NumberKind.FIXED_OR_MOBILE: _("fixed line or mobile"),
    NumberKind.MULTIMEDIA: _("broadband provider (SCM)"),
    NumberKind.TOLL_FREE: _("toll-free"),
    NumberKind.SHARED_COST: _("shared cost"),
    NumberKind.PREMIUM: _("premium"),
    NumberKind.PERSONAL: _("personal number"),
    NumberKind.VOIP: _("VoIP"),
    NumberKind.UAN: _("company-wide number"),
    NumberKind.OTHER: _("other"),
    NumberKind.EMERGENCY: _("emergency or health line"),
    NumberKind.SERVICE: _("service code"),
    NumberKind.COLLECT: _("collect call"),
    NumberKind.EXTENSION: _("extension"),
    NumberKind.UNREADABLE: _("unreadable"),
}
REASON_LABELS: dict[Unreadable, Promise] = {
    Unreadable.EMPTY: _("Nothing was dialled."),
    Unreadable.CHARACTERS: _("It holds something else than digits behind at most one plus."),
    Unreadable.NO_AREA: _("It is a local number, and there is no home area code to complete it with."),
    Unreadable.IMPOSSIBLE: _("The numbering plan of the country has no such number."),
    Unreadable.NO_COUNTRY: _("No country has this calling code."),
    Unreadable.TOO_SHORT: _("It is too short for an international number."),
    Unreadable.TOO_LONG: _("It is longer than any number."),
}
