"""Bodies and query strings are refused early where the database could not hold their text."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from voipadmin.core.api.problems import FieldError, ProblemError


class StrictParser(Parser):
    """JSON only, without NUL and lone surrogates, which PostgreSQL's text cannot hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the decoded body."""
        if request.content_type != "application/json":
            message = "Send the body as application/json."
            raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
        try:
            body = json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            message = "The body is not JSON that can be read."
            raise ProblemError(HTTPStatus.BAD_REQUEST, "malformed", message) from error
        _refuse_unstorable(body, None)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the parameters by name."""
        for name, value in data.items():
            _refuse_unstorable(value, name)
        return super().parse_querydict(data, list_fields, request)


def _refuse_constant(name: str) -> Any:
    """Refuse NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


def _refuse_unstorable(value: Any, name: str | None) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key, None)
            _refuse_unstorable(inner, key)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner, name)
    elif isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        error = FieldError(name, "character", "A character in this value is not allowed here.")
        raise ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [error])
