"""Reads of layouts and of saved views."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import Q, QuerySet

from voipadmin.core.models import ListLayout, SavedView
from voipadmin.core.viewer import Viewer, sees_everything

SHARE = "core.share_savedview"
CHANGE = "core.change_savedview"
# What an address may hold that is neither a filter nor belongs to a view.
NOT_OF_A_VIEW = frozenset({"page", "cursor", "view", "embedded", "without", "export"})


@dataclass(frozen=True)
class MyLayout:
    """How a user has a list; what is empty is as the list has it."""

    columns: tuple[str, ...] = ()
    sort: str = ""
    page_size: int | None = None
    default_view_id: UUID | None = None


def layout_of(user: Viewer, list_name: str) -> MyLayout:
    """Return how `user` has a list."""
    row = ListLayout.objects.filter(owner=str(user.pk), list=list_name).first()
    return MyLayout() if row is None else MyLayout(tuple(row.columns), row.sort, row.page_size, row.default_view_id)


def views_of(user: Viewer, list_name: str) -> QuerySet[SavedView]:
    """Return the views of a list that `user` may open: the own ones, and for staff those that others share.

    A shared name may tell of other customers; people of a customer see no view but their own.
    """
    mine = Q(owner=str(user.pk))
    return SavedView.objects.filter(mine | Q(is_shared=True) if sees_everything(user) else mine, list=list_name)


def view_of(user: Viewer, key: str) -> SavedView | None:
    """Return the view with a key, if `user` may open it."""
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    found: Any = SavedView.objects.filter(pk=wanted).first()
    return found if found and views_of(user, found.list).filter(pk=found.pk).exists() else None


def may_share(user: Viewer) -> bool:
    """Tell whether `user` may give a view to all of the staff."""
    return user.has_perm(SHARE)


def may_change(user: Viewer, view: SavedView) -> bool:
    """Tell whether `user` may change or delete a view: its owner may, and who administers the shared ones."""
    return view.owner == str(user.pk) or (view.is_shared and user.has_perm(CHANGE))


def filters_in(query: str) -> dict[str, str]:
    """Return the parameters of a view's address by name."""
    return dict(parse_qsl(query))
