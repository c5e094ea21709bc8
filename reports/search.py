"""Search for reports by their names, so that they are found without the menu."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message
from voipadmin.core.search import Hit

# Name, address, permission, icon.
REPORTS: tuple[tuple[Message, str, str, str], ...] = (
    (_("DID report"), "reports:dids", "numbering.view_did", "list-ordered"),
    (_("Margin"), "reports:margin", "reports.view_margin", "trending-up"),
    (_("Quality"), "reports:quality", "reports.view_quality", "gauge"),
)


def search_reports(user: Any, text: str) -> Iterator[Hit]:
    """Find the reports that the user may see and whose name holds the text."""
    for name, url_name, permission, icon in REPORTS:
        if text.casefold() in str(name).casefold() and user.has_perm(permission):
            yield Hit(_("Reports"), icon, str(name), reverse(url_name))
