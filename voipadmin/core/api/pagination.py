"""Pages by cursor: a place in the order, not a count, so that rows which come or go in between move nothing."""

from http import HTTPStatus
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.models import AnyModel

SALT = "api.cursor"


def page_of(
    queryset: QuerySet[AnyModel], *, ordering: str, limit: int, cursor: str | None
) -> tuple[list[AnyModel], str | None]:
    """Return up to `limit` objects after `cursor` and the cursor of the next page, None on the last.

    `ordering` is a field path that is never null, with `-` for descending; the key breaks ties.
    """
    path, descending = ordering.removeprefix("-"), ordering.startswith("-")
    ordered = queryset.annotate(cursor_place=F(path))
    if cursor is not None:
        value, key = _open(cursor, ordering)
        ordered = ordered.filter(_after(ordered, value, key, descending))
    sign = "-" if descending else ""
    rows = list(ordered.order_by(f"{sign}cursor_place", f"{sign}pk")[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    last: Any = rows[limit - 1]  # with the annotation `cursor_place`
    return rows[:limit], _seal(ordering, last.cursor_place, last.pk)


def _after(queryset: QuerySet[Any], value: str, key: str, descending: bool) -> Q:
    comparison = "lt" if descending else "gt"
    # The annotation's own type: a cursor holds text, and '9' > '10' must not decide where a page of numbers begins.
    output_field = queryset.query.annotations["cursor_place"].output_field
    try:
        place = output_field.to_python(value)
        key = queryset.model._meta.pk.to_python(key)
    except ValidationError as error:
        raise _wrong_cursor() from error
    # The first condition lets an index on the order find the place; the others break its ties.
    return Q(**{f"cursor_place__{comparison}e": place}) & (
        Q(**{f"cursor_place__{comparison}": place}) | Q(**{f"pk__{comparison}": key})
    )


def _seal(ordering: str, value: Any, key: Any) -> str:
    shown = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return signing.dumps([ordering, shown, str(key)], salt=SALT)


def _open(cursor: str, ordering: str) -> tuple[str, str]:
    try:
        sealed_ordering, value, key = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise _wrong_cursor() from error
    if sealed_ordering != ordering:
        raise _wrong_cursor()
    return value, key


def _wrong_cursor() -> ProblemError:
    message = "This cursor is not one of this list in this order; start again without it."
    return ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [FieldError("cursor", "cursor", message)])
