"""Search for any number: its page."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.numbering_plan.queries import current_plan, facts_of
from voipadmin.core.numbers.labels import KIND_LABELS
from voipadmin.core.numbers.reading import number_of_key, read_number
from voipadmin.core.search import EXACT, Hit, Hits, hits
from voipadmin.core.text.searched import SearchText


def search_any_number(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Offer the page of the number that the digits are: as they are dialled here, and as E.164 where that differs."""
    if not searched.digits or not user.has_perm("numbering.view_did"):
        return
    plan = current_plan()
    # A plus says what the digits are.
    is_whole = searched.text.startswith("+")
    readings = [number_of_key(searched.digits, plan), *([] if is_whole else [read_number(searched.digits, plan)])]
    found = {number.key: number for number in reversed(readings) if number.is_readable}
    shown = []
    for number in found.values():
        operator = facts_of(number).operator
        told = (str(KIND_LABELS[number.kind]), number.country, operator.operator if operator else "")
        detail = " · ".join(filter(None, told))
        shown.append(Hit(number.display, reverse("reports:number", args=[number.key]), detail, EXACT))
    yield hits(_("Number"), "phone", shown)
