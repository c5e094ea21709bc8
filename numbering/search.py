"""Search for numbers."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from numbering.models import DID
from voipadmin.core.search import HITS_PER_KIND, Hit


def search_numbers(user: Any, text: str) -> Iterator[Hit]:
    """Find DIDs by their digits, however they are written."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    if digits and user.has_perm("numbering.view_did"):
        for did in DID.objects.visible_to(user).filter(number__contains=digits)[:HITS_PER_KIND]:
            yield Hit(_("Numbers"), "hash", did.number, did.get_absolute_url(), str(did.get_status_display()))
