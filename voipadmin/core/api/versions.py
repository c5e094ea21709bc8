"""Versions of objects as entity tags (RFC 9110): who changes one may say which version it has read."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse

from voipadmin.core.api.problems import ProblemError

HEADER = "If-Match"
# The handlers that take it.
VERSIONED: set[Callable[..., Any]] = set()
MOST_TAGS = 20


def etag_of(instance: models.Model) -> str:
    """Return the tag of the version of an object that is stored now; empty where its kind has none."""
    moment = getattr(instance, "updated_at", None)
    return f'"{moment.timestamp():.6f}"' if moment else ""


def refuse_other_version(request: HttpRequest, instance: models.Model) -> None:
    """Raise 412 where the request is about another version than the stored one; without If-Match any will do."""
    wanted = request.headers.get(HEADER)
    if wanted is None or wanted.strip() == "*":
        return
    tags = {tag.strip() for tag in wanted.split(",", MOST_TAGS)}
    if etag_of(instance) not in tags:
        detail = "Somebody changed the object since you read it. Read it again; nothing was changed."
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, "changed_meanwhile", detail)


def tag(response: HttpResponse, instance: models.Model) -> None:
    """Tell the version of the object in an answer."""
    if etag := etag_of(instance):
        response["ETag"] = etag


PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "The ETag of the version that was read; 412 where somebody changed it since.",
}
