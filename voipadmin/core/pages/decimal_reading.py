"""Says how a typed amount is read, by the rule that will read it when the form is sent."""

from decimal import Decimal
from typing import Annotated

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from pydantic import BaseModel, Field
from pydantic import ValidationError as InvalidQuestion

from voipadmin.core.forms.local_numbers import UNITS, LocalDecimalField

LONGEST_TEXT = 60


class Question(BaseModel):
    """A text, and the limits of the field that it stands in."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    unit: Annotated[str, Field(pattern=f"^({'|'.join(UNITS)})$")] = ""
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    places: Annotated[int, Field(ge=0, le=12)] | None = None
    digits: Annotated[int, Field(ge=1, le=40)] | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


def decimal_reading(request: HttpRequest) -> HttpResponse:
    """Return `text`, what the amount is read as or why it is refused, and `refused`, as JSON."""
    try:
        question = Question.model_validate(request.GET.dict())
    except InvalidQuestion:
        return HttpResponseBadRequest()
    field = LocalDecimalField(
        unit=question.unit, min_value=question.minimum, max_value=question.maximum, max_digits=question.digits,
        decimal_places=question.places, required=False,
    )  # fmt: skip
    field.currency = question.currency
    try:
        field.clean(question.text)
    except ValidationError as error:
        return JsonResponse({"text": " ".join(error.messages), "refused": True})
    return JsonResponse({"text": field.echo(question.text), "refused": False})
