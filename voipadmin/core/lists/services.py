"""Writes of layouts and of saved views."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.lists.queries import NOT_OF_A_VIEW, may_change, may_share
from voipadmin.core.models import ListLayout, SavedView
from voipadmin.core.services import save_object
from voipadmin.core.viewer import Viewer

MOST_VIEWS = 100


def save_layout(
    *, user: Viewer, list_name: str, columns: Sequence[str], sort: str = "", page_size: int | None = None
) -> None:
    """Keep how `user` wants to have a list; the default view stays."""
    values = {"columns": list(columns), "sort": sort, "page_size": page_size}
    ListLayout.objects.update_or_create(owner=str(user.pk), list=list_name, defaults=values)


def reset_layout(*, user: Viewer, list_name: str) -> None:
    """Have the list as it is for everybody; the default view stays."""
    ListLayout.objects.filter(owner=str(user.pk), list=list_name).update(columns=[], sort="", page_size=None)


def keep_page_size(*, user: Viewer, list_name: str, page_size: int) -> None:
    """Keep how many rows `user` wants on a page of a list."""
    ListLayout.objects.update_or_create(owner=str(user.pk), list=list_name, defaults={"page_size": page_size})


@transaction.atomic
def save_view(*, user: Viewer, list_name: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep filters, order and columns of a list under a name; raise ValidationError or DomainError."""
    if SavedView.objects.filter(owner=str(user.pk), list=list_name).count() >= MOST_VIEWS:
        raise DomainError(_("You have 100 views of this list. Delete one first."), field="name")
    view = SavedView(owner=str(user.pk), owner_name=user.get_username(), list=list_name)
    return _write(view, user=user, name=name, query=query, is_shared=is_shared)


def change_view(view: SavedView, *, user: Viewer, name: str, query: str, is_shared: bool) -> SavedView:
    """Give a view another name, other filters or other readers; raise PermissionDenied, ValidationError."""
    if not may_change(user, view):
        raise PermissionDenied
    return _write(view, user=user, name=name, query=query, is_shared=is_shared)


def delete_view(view: SavedView, *, user: Viewer) -> None:
    """Delete a view; raise PermissionDenied. Whose default it was begins without one."""
    if not may_change(user, view):
        raise PermissionDenied
    view.delete()


def begin_with(view: SavedView | None, *, user: Viewer, list_name: str) -> None:
    """Open a list with a view, or without one, where nothing else is asked for."""
    ListLayout.objects.update_or_create(owner=str(user.pk), list=list_name, defaults={"default_view": view})


def forget_owner(owner: str) -> None:
    """Delete the layouts and the unshared views of a user who is deleted; what others use stays."""
    ListLayout.objects.filter(owner=owner).delete()
    SavedView.objects.filter(owner=owner, is_shared=False).delete()


def of_a_view(query: str) -> str:
    """Return the part of an address that belongs to a view: without page, export and empty filters."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name not in NOT_OF_A_VIEW])


def _write(view: SavedView, *, user: Viewer, name: str, query: str, is_shared: bool) -> SavedView:
    if is_shared and not view.is_shared and not may_share(user):
        raise ValidationError({"is_shared": _("Your role may not share views.")})
    view.name, view.query, view.is_shared = name.strip(), of_a_view(query), is_shared
    return save_object(view)
