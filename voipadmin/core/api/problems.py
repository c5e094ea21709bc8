"""Errors of the API as problem details (RFC 9457), each with a stable `code` and the field it concerns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with the input; `field` is None where it concerns the whole."""

    field: str | None
    code: str
    message: str


@dataclass(eq=False)
class ProblemError(Exception):
    """An answer of 4xx or 5xx."""

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_errors(cls, status: int, errors: Sequence[FieldError]) -> "ProblemError":
        """Return the problem whose code, field and detail are those of the first error."""
        return cls(status, errors[0].code, errors[0].message, errors)

    @property
    def field_name(self) -> str | None:
        """Return the field of the first error."""
        return self.errors[0].field if self.errors else None


def problem_response(problem: ProblemError) -> HttpResponse:
    """Return `problem` as an answer."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "field": problem.field_name,
        "errors": [asdict(error) for error in problem.errors],
    }
    return HttpResponse(
        json.dumps(body), status=problem.status, content_type=CONTENT_TYPE, headers=dict(problem.headers)
    )


def too_large() -> ProblemError:
    """Return the problem of a body beyond DATA_UPLOAD_MAX_MEMORY_SIZE."""
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The body is too long.")


def malformed_form() -> ProblemError:
    """Return the problem of a form that is none, or has too many parts."""
    return ProblemError(HTTPStatus.BAD_REQUEST, "malformed", "The body is no form that can be read.")


def not_found() -> ProblemError:
    """Return the problem of an object that is not there, or not for this user."""
    return ProblemError(HTTPStatus.NOT_FOUND, "not_found", "There is no such object.")
