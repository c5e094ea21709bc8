"""Rows that were chosen in a list: some of a page, or all that its filter finds at the moment of the question."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from voipadmin.core.pages.entities.bulk_actions import BulkAction
from voipadmin.core.pages.entities.entity import Entity

KEPT_SECONDS = 3600
# More than this is not chosen by hand, but by mistake.
MOST_OBJECTS = 100_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be done, with the keys of chosen rows, or with none: with all rows of the filter in `query`."""

    action: str
    keys: tuple[str, ...]
    query: str


def actions_for(entity: Entity[Any], user: Any) -> list[BulkAction]:
    """Return what `user` may do with many objects of a kind."""
    return [action for action in entity.bulk if user.has_perm(entity.permission(action.permission))]


def action_named(entity: Entity[Any], user: Any, name: str) -> BulkAction | None:
    """Return one of them, or None."""
    return next((action for action in actions_for(entity, user) if action.name == name), None)


def asked_selection(request: HttpRequest) -> Selection | None:
    """Return what was chosen in a list, or None where no row was."""
    everything = "everything" in request.POST
    keys = tuple(key for key in request.POST.getlist("pk") if _is_key(key))
    if not keys and not everything:
        return None
    return Selection(request.POST.get("bulk", "")[:40], () if everything else keys, asked_query(request))


def asked_query(request: HttpRequest) -> str:
    """Return the filter that was sent, as an address may hold it."""
    return QueryDict(request.POST.get("query", "")[:4_000]).urlencode()


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def keep(request: HttpRequest, selection: Selection) -> str:
    """Keep a selection for its user for an hour; return the key of its question."""
    key = secrets.token_urlsafe(12)
    cache.set(_place(request, key), selection, KEPT_SECONDS)
    return key


def kept(request: HttpRequest, key: str) -> Selection | None:
    """Return a kept selection, or None where it is another user's or was kept for too long."""
    found: Selection | None = cache.get(_place(request, key[:40]))
    return found


def forget(request: HttpRequest, key: str) -> None:
    """Forget a selection that was acted on."""
    cache.delete(_place(request, key))


def _place(request: HttpRequest, key: str) -> str:
    return f"bulk:{request.user.pk}:{key}"


def rows_of(entity: Entity[Any], request: HttpRequest, selection: Selection) -> QuerySet[Any]:
    """Return the rows of a selection as they are now, of those that the user may see."""
    rows = entity.objects_for(request.user)
    if selection.keys:
        return rows.filter(pk__in=selection.keys)
    filters: Any = entity.filterset(QueryDict(selection.query), queryset=rows, request=request)
    for name in entity.hidden_from(request.user):
        filters.form.fields.pop(name, None)
    if filters.is_bound and not filters.is_valid():
        return rows.none()
    found: QuerySet[Any] = filters.qs
    return found
