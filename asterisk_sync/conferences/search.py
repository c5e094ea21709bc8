"""Search for conferences."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Conference, ConferenceParticipant
from voipadmin.core.search import SHORTEST_PART, Hit, Hits, any_of, closest, hits
from voipadmin.core.text.searched import SearchText


def search_conferences(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find conferences by their name, or the name or number of a participant."""
    if not user.has_perm("asterisk_sync.view_conference"):
        return
    rows = Conference.objects.visible_to(user).select_related("customer")
    found = closest(rows, ("name",), searched.text, _with_participant(searched))
    shown = (Hit(row.name, row.get_absolute_url(), row.customer.code, row.distance) for row in found)
    yield hits(_("Conferences"), "users-round", shown, list_url="asterisk_sync:conference_list", text=searched.text)


def _with_participant(searched: SearchText) -> Any:
    people = ConferenceParticipant.objects.filter(conference=OuterRef("pk"))
    wanted = any_of(("name",), "icontains", searched.text)
    if len(searched.fragment) >= SHORTEST_PART:
        wanted |= any_of(("number",), "contains", searched.fragment)
    return Exists(people.filter(wanted))
