"""Search for reports by their names, so that they are found without the menu."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.search import BEGINS, Hit, Hits, hits
from voipadmin.core.text.searched import SearchText

# Name, address, permission.
REPORTS: tuple[tuple[Message, str, str], ...] = (
    (_("DID report"), "reports:dids", "numbering.view_did"),
    (_("Margin"), "reports:margin", "reports.view_margin"),
    (_("Quality"), "reports:quality", "reports.view_quality"),
)


def search_reports(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find the reports that the user may see and whose name holds the text."""
    text = searched.text.casefold()
    found = [
        Hit(str(name), reverse(url_name), distance=BEGINS)
        for name, url_name, permission in REPORTS
        if text in str(name).casefold() and user.has_perm(permission)
    ]
    yield hits(_("Reports"), "gauge", found)
