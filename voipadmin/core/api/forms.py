"""Forms with files: the fields that a form may have, and JSON in one of them."""

from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpRequest
from ninja.errors import ValidationError as NinjaValidationError
from pydantic import ValidationError

from voipadmin.core.api.schemas import Input

Body = TypeVar("Body", bound=Input)


def refuse_unknown_fields(request: HttpRequest, known: Iterable[str]) -> None:
    """Raise 422 for a field that the form does not have, so that a typing error is not taken for success."""
    unknown = sorted({*request.POST, *request.FILES} - set(known))
    if unknown:
        raise NinjaValidationError(
            [{"loc": ("form", name), "type": "extra_forbidden", "msg": "Unknown field."} for name in unknown]
        )


def json_field(schema: type[Body], text: str, name: str) -> Body:
    """Return the JSON of a form's field as `schema`; raise 422 with the place in it."""
    try:
        return schema.model_validate_json(text or "{}")
    except ValidationError as error:
        errors = [
            {"loc": ("form", name, *one["loc"]), "type": one["type"], "msg": one["msg"]} for one in error.errors()
        ]
        raise NinjaValidationError(errors) from error
