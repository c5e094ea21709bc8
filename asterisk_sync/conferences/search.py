"""Search for conferences."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Conference
from voipadmin.core.search import HITS_PER_KIND, Hit


def search_conferences(user: Any, text: str) -> Iterator[Hit]:
    """Find conferences by their name, or the name or number of a participant."""
    if not user.has_perm("asterisk_sync.view_conference"):
        return
    people = Q(participants__name__icontains=text) | Q(participants__number__icontains=text)
    wanted = Q(name__icontains=text) | people
    found = Conference.objects.visible_to(user).filter(wanted).select_related("customer").distinct()
    for conference in found[:HITS_PER_KIND]:
        address = conference.get_absolute_url()
        yield Hit(_("Conferences"), "users-round", conference.name, address, conference.customer.code)
