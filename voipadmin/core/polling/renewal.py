"""The next addresses of all polled parts of a page, given in one request to somebody who is still logged in.

A part names the view that gives its next address; each such view checks by itself what its user may see.
"""

import json
from collections.abc import Callable
from copy import copy
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse, QueryDict
from django.urls import resolve
from django.views.decorators.http import require_safe

from voipadmin.core.polling.parts import PolledPart, Values, poll_address

# No page has more parts; what is asked for beyond is not answered.
MOST_PARTS = 10
View = TypeVar("View", bound=Callable[..., Any])
_MARK = "gives_poll_address"


def gives_address(view: View) -> View:
    """Mark a view as one that answers with `address_answer`, so that it is asked for several parts together."""
    setattr(view, _MARK, True)
    return view


def address_answer(part: PolledPart, values: Values) -> JsonResponse:
    """Return the answer of a view that gives the next address of a part."""
    return JsonResponse({"poll": poll_address(part, values)})


@require_safe
def next_addresses(request: HttpRequest) -> JsonResponse:
    """Answer with the next address of each part whose view is named as `of`; None where its user may not see it."""
    asked = request.GET.getlist("of")[:MOST_PARTS]
    return JsonResponse({"polls": {path: _next_address(request, path) for path in asked}})


def _next_address(request: HttpRequest, path: str) -> str | None:
    page, _question, query = path.partition("?")
    try:
        match = resolve(page)
        if not getattr(match.func, _MARK, False):
            return None
        inner = copy(request)
        inner.GET, inner.resolver_match = QueryDict(query), match
        answer = match.func(inner, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return None
    return str(json.loads(answer.content)["poll"]) if answer.status_code == HTTPStatus.OK else None
