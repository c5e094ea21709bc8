"""Search for users."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.search import Hit, Hits, closest, hits
from voipadmin.core.tables.links import page_of
from voipadmin.core.text.searched import SearchText
from voipadmin.users.models import User


def search_users(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find users by their log-in name, their own name or their e-mail."""
    if user.has_perm("users.view_user"):
        fields = ("username", "first_name", "last_name", "email")
        found = closest(User.objects.visible_to(user), fields, searched.text)
        shown = (
            Hit(row.display_name, page_of(row), f"{row.username} · {row.get_role_display()}", row.distance)
            for row in found
        )
        yield hits(_("Users"), "user", shown, list_url="users:user_list", text=searched.text)
