"""The answers that each question about a deck takes, with their words for people."""

from django.utils.translation import gettext as _
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from billing.decks.cells.countries import is_calling_code, main_region_of
from billing.decks.cells.dates import DMY, MDY
from billing.decks.cells.prefixes import AREA, AREAS, ONE, RANGE, SEVERAL, WHOLE
from billing.decks.columns.roles import HOURS
from billing.decks.rows.meanings import CODE_OR_NUMBER
from billing.decks.rows.reading import HIGHER
from billing.models import TimeWindow
from billing.rating.key_patterns import Matches

YES, NO = "yes", "no"
# Codes of questions whose answers differ from yes and no.
FIXED_CHOICES = {
    "date_order": (DMY, MDY),
    "decimal": (",", "."),
    "hyphen": (AREA, RANGE),
    "countries": (AREAS, WHOLE),
    "blanks": (ONE, SEVERAL),
    "letter": ("delete", "decrease", "blocked"),
    "status_number": ("1", "0"),
    CODE_OR_NUMBER: (Matches.CODE.value, Matches.NUMBER.value),
}


def choices_of(code: str) -> list[str]:
    """Return the answers that a question takes; a no refuses the deck. Which column is what has others."""
    if code == "columns":
        return []
    if code == "country":
        return [*map(str, sorted(COUNTRY_CODE_TO_REGION_CODE)), NO]
    if code in HOURS:
        return [*map(str, TimeWindow.objects.order_by("name").values_list("pk", flat=True)), HIGHER, NO]
    if code in ("date_order", "decimal"):
        return list(FIXED_CHOICES[code])
    return [*FIXED_CHOICES.get(code, (YES,)), NO]


def is_answer(code: str, answer: str) -> bool:
    """Tell whether a question takes this answer."""
    return is_calling_code(answer) or answer == NO if code == "country" else answer in choices_of(code)


def named_choices_of(code: str) -> list[tuple[str, str]]:
    """Return the answers with their words."""
    if code in HOURS:
        windows = {str(window.pk): window.name for window in TimeWindow.objects.all()}
        return [(choice, windows.get(choice) or _words(code)[choice]) for choice in choices_of(code)]
    if code == "country":
        regions = [(choice, main_region_of(choice)) for choice in choices_of(code) if choice != NO]
        return [(choice, f"+{choice} {region}".strip()) for choice, region in regions]
    return [(choice, _words(code)[choice]) for choice in choices_of(code)]


def _words(code: str) -> dict[str, str]:
    """Return the words for answers; those of one question have no effect on others."""
    known = {
        DMY: _("Day/month"), MDY: _("Month/day"), ",": _("The comma is the decimal sign"),
        ".": _("The point is the decimal sign"), AREA: _("Country and area"), RANGE: _("A range"),
        AREAS: _("Areas of that country"), WHOLE: _("Several countries"), ONE: _("One prefix"),
        SEVERAL: _("Several prefixes"), "delete": _("It is taken out"), "decrease": _("It is cheaper"),
        "blocked": _("It is blocked"), "1": _("1 is active"), "0": _("0 is active"),
        HIGHER: _("The higher price at all hours"), YES: _("Yes, go on"), NO: _("No, refuse this deck"),
    }  # fmt: skip
    known |= {Matches.CODE: _("Codes of the country"), Matches.NUMBER: _("Numbers")}
    return known | ({YES: _("Leave these columns out")} if code == "unused" else {})
