"""Search for numbers of the inventory."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from numbering.models import DID, DIDAllocation
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.reading import read_number
from voipadmin.core.search import SHORTEST_PART, Hit, Hits, hits, nearest
from voipadmin.core.text.searched import SearchText


def search_numbers(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find DIDs by their digits, however they are written."""
    digits = searched.fragment
    if not digits or not user.has_perm("numbering.view_did"):
        return
    current = DIDAllocation.objects.current().select_related("customer")
    rows = DID.objects.visible_to(user).prefetch_related(Prefetch("allocations", current, to_attr="in_force"))
    holds = Q(number__contains=digits) if len(digits) >= SHORTEST_PART else None
    key = read_number(searched.digits, current_plan()).key
    found = nearest(rows, Q(number__in={digits, key}), Q(number__startswith=digits), holds)
    found.sort(key=lambda did: (did.distance, did.number))
    shown = (Hit(did.number, did.get_absolute_url(), _detail(did), distance=did.distance) for did in found)
    yield hits(_("DIDs"), "hash", shown, list_url="numbering:did_list", text=searched.text)


def _detail(did: Any) -> str:
    """Return whose the number is, or its status where it is nobody's."""
    owners = [allocation.customer.code for allocation in did.in_force]
    return owners[0] if owners else str(did.get_status_display())
