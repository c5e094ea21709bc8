"""Answers the fields in which one of many objects is picked by typing."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase

from voipadmin.core.forms.pick import LONGEST_TEXT, options_for, read_scope
from voipadmin.core.models import visible_manager
from voipadmin.core.pages.entities.registry import entity_of_list

# Conditions that another field of the form adds: they only narrow what the user may see anyway.
FOLLOWED = frozenset({"customer", "provider"})


def pick(request: HttpRequest, list_name: str) -> HttpResponseBase:
    """Return as JSON the first objects of a kind that the user may see and a text finds, and whether there are more."""
    entity = entity_of_list(list_name)
    if not request.user.has_perm(entity.permission("view")):
        raise PermissionDenied
    text = "".join(letter for letter in request.GET.get("q", "")[:LONGEST_TEXT] if letter.isprintable())
    model: Any = entity.model
    known = {field.name for field in model._meta.get_fields()}
    followed = {name: value for name, value in request.GET.items() if name in FOLLOWED & known and value}
    try:
        rows = visible_manager(model).visible_to(request.user)
        rows = rows.filter(**read_scope(request.GET.get("scope", "")), **followed)
    except (BadSignature, ValidationError, ValueError):
        return HttpResponseBadRequest()
    options, has_more = options_for(rows, text, request)
    found = [{"value": option.value, "text": option.text} for option in options]
    return JsonResponse({"options": found, "has_more": has_more})
