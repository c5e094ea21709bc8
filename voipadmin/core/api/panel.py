"""The API object: its problems, and an OpenAPI document that names every one of them."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from voipadmin.core.api import versions
from voipadmin.core.api.access import Needs
from voipadmin.core.api.idempotency import HEADER, LONGEST_KEY, METHODS, AnsweredBefore
from voipadmin.core.api.input_errors import domain_problem, input_problem, validation_problem
from voipadmin.core.api.parsing import StrictParser
from voipadmin.core.api.problems import (
    CONTENT_TYPE,
    ProblemError,
    malformed_form,
    not_found,
    problem_response,
    too_large,
)
from voipadmin.core.errors import DomainError

log = structlog.get_logger(__name__)


class FieldErrorSchema(Schema):
    """One thing that is wrong with the input."""

    field: str | None
    code: str
    message: str


class Problem(Schema):
    """Problem details (RFC 9457); `code` is stable, `field` is that of the first error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None
    errors: list[FieldErrorSchema]


class PanelSchema(OpenAPISchema):
    """The OpenAPI document, with the answers that the kit gives for every operation."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """Add permission, idempotency key and every 4xx to an operation."""
        details = super().operation_details(operation)
        needs = next((auth for auth in operation.auth_callbacks if isinstance(auth, Needs)), None)
        details["security"] = [{"bearer": []}, {"session": []}] if needs else []
        if needs and needs.permission:
            details["x-permission"] = needs.permission
            details["description"] = f"{details.get('description', '')} Needs `{needs.permission}`.".strip()
        if needs and METHODS.intersection(operation.methods):
            details["parameters"].append(_IDEMPOTENCY_PARAMETER)
        if operation.view_func in versions.VERSIONED:
            details["parameters"].append(versions.PARAMETER)
        for status in self._problem_statuses(operation, details, anonymous=needs is None):
            details["responses"][int(status)] = {
                "description": status.phrase,
                "content": {CONTENT_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}},
            }
        return details

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        """Describe parameters without null, which a query string cannot say."""
        parameters = super().operation_parameters(operation)
        for parameter in parameters:
            choices = [choice for choice in parameter["schema"].get("anyOf", []) if choice != {"type": "null"}]
            if len(choices) == 1:
                parameter["schema"] = {k: v for k, v in parameter["schema"].items() if k != "anyOf"} | choices[0]
        return parameters

    @staticmethod
    def _problem_statuses(operation: Operation, details: dict[str, Any], *, anonymous: bool) -> set[HTTPStatus]:
        writes = bool(METHODS.intersection(operation.methods))
        statuses = {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        if not anonymous:
            statuses.add(HTTPStatus.FORBIDDEN)
        if writes or details["parameters"]:
            statuses.add(HTTPStatus.UNPROCESSABLE_ENTITY)
        if "requestBody" in details:
            too_large, unsupported = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            statuses |= {HTTPStatus.BAD_REQUEST, too_large, unsupported}
        if writes and not anonymous:
            statuses.add(HTTPStatus.CONFLICT)
        if operation.view_func in versions.VERSIONED:
            statuses.add(HTTPStatus.PRECONDITION_FAILED)
        if anonymous:
            statuses.add(HTTPStatus.TOO_MANY_REQUESTS)
        return statuses

    def get_components(self) -> dict[str, Any]:
        """Add the problem's schema and the two ways to prove who one is."""
        definition = Problem.model_json_schema(ref_template=REF_TEMPLATE)
        self.add_schema_definitions(definition.pop("$defs"))
        self.add_schema_definitions({"Problem": definition})
        session = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
        self.securitySchemes = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "session": session,
        }
        components: dict[str, Any] = super().get_components()
        return components


_IDEMPOTENCY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
    "description": "Sent again within 24 hours, the same request answers what it answered before and does nothing.",
}


class PanelAPI(NinjaAPI):
    """NinjaAPI with problems for errors."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=StrictParser(), **options)
        for error_class, make in PROBLEMS.items():
            self.add_exception_handler(error_class, partial(_handle, make))
        self.add_exception_handler(AnsweredBefore, _answer_again)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the document."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return PanelSchema(self, prefix)


def _handle(make: Callable[[Any], ProblemError], _request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(make(error))


def _answer_again(_request: HttpRequest, before: Any) -> HttpResponse:
    response: HttpResponse = before.response
    return response


def _from_http_error(error: HttpError) -> ProblemError:
    if isinstance(error.__cause__, ProblemError):  # the parser's own, which ninja wraps
        return error.__cause__
    return ProblemError(error.status_code, HTTPStatus(error.status_code).name.lower(), str(error))


def _from_anything(error: Exception) -> ProblemError:
    log.error("api request failed", exc_info=error)
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong here; it was noted.")


# Ninja takes the handler of the nearest class, so that each is listed once, in any order.
PROBLEMS: dict[type[Exception], Callable[[Any], ProblemError]] = {
    ProblemError: lambda problem: problem,
    DomainError: lambda error: domain_problem(error, names={}),
    ValidationError: lambda error: validation_problem(error, names={}),
    NinjaValidationError: lambda error: input_problem(error.errors),
    Http404: lambda _error: not_found(),
    HttpError: _from_http_error,
    RequestDataTooBig: lambda _error: too_large(),
    MultiPartParserError: lambda _error: malformed_form(),
    TooManyFieldsSent: lambda _error: malformed_form(),
    TooManyFilesSent: lambda _error: malformed_form(),
    Exception: _from_anything,
}
