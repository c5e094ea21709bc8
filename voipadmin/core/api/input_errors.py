"""Turns ValidationErrors of Django, DomainErrors and errors of pydantic into problems with their FieldErrors."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.errors import DomainError

PYDANTIC_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
}


def validation_problem(
    error: ValidationError, *, names: Mapping[str, str], model: type[models.Model] | None = None
) -> ProblemError:
    """Return the 422 of a model's ValidationError; `names` leads from the model's names to the API's."""
    errors = [
        _constraint_error(model, found, names) if model and found.field is None else found
        for found in _errors_of(error, names)
    ]
    return ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, errors)


def domain_problem(error: DomainError, *, names: Mapping[str, str], status: int = HTTPStatus.CONFLICT) -> ProblemError:
    """Return the 409 of a rule of the business."""
    name = names.get(error.field, error.field) if error.field else None
    return ProblemError.of_errors(status, [FieldError(name, error.code, str(error.message))])


def input_problem(errors: list[dict[str, Any]]) -> ProblemError:
    """Return the 422 of an input that is not of the documented form; what was sent is never repeated."""
    return ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [_input_error(error) for error in errors])


def _errors_of(error: ValidationError, names: Mapping[str, str]) -> Iterator[FieldError]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, details in by_field.items():
        shown = None if name == NON_FIELD_ERRORS else names.get(name, name)
        for detail in details:
            yield FieldError(shown, detail.code or "invalid", " ".join(detail.messages))


def _constraint_error(model: type[models.Model], error: FieldError, names: Mapping[str, str]) -> FieldError:
    """Name code and field of an error that came from a constraint, which Django reports for the whole object."""
    # Django's error does not say which constraint it is of: the message is all that the two share.
    for constraint in model._meta.constraints:
        if str(constraint.violation_error_message) != error.message:
            continue
        if isinstance(constraint, models.UniqueConstraint):
            name = _constrained_field(constraint)
            return FieldError(names.get(name, name) if name else None, "unique", error.message)
        if isinstance(constraint, ExclusionConstraint):
            return FieldError(None, "overlap", error.message)
    return error


def _constrained_field(constraint: models.UniqueConstraint) -> str | None:
    if constraint.fields:
        return constraint.fields[-1]
    sources = [source for expression in constraint.expressions for source in _sources(expression)]
    return next((str(source.deconstruct()[1][0]) for source in sources if isinstance(source, models.F)), None)


def _sources(expression: Any) -> list[Any]:
    return list(expression.flatten())


def _input_error(error: dict[str, Any]) -> FieldError:
    # The place is ("body", the handler's parameter, field, ...) or ("query", field).
    source, *rest = error["loc"]
    path = rest[1:] if source == "body" else rest
    # Names of a union's members come between and mean nothing to a caller.
    shown = [str(part) for part in path if isinstance(part, int) or "[" not in str(part)]
    code = PYDANTIC_CODES.get(error["type"], error["type"])
    return FieldError(".".join(shown) or None, code, error["msg"])
