"""Building blocks of the schemas: strict inputs, bounded times, secrets that only go in, pages."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, get_args

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

Item = TypeVar("Item")
WRITE_ONLY = "writeOnly"

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def _within_reach(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise ValueError("Use a moment from 2000 to 2099.")
    return value


# A moment with its zone; PostgreSQL could store others that Python then cannot read.
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Port = Annotated[int, Field(ge=1, le=65_535)]


def secret_field(description: str) -> Any:
    """Return a field that is never answered, and never reset by not being sent."""
    return Field(default=None, max_length=80, description=description, json_schema_extra={WRITE_ONLY: True})


class Input(Schema):
    """A body; a field that is not known is refused, so that a typing error is not taken for success."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(Schema):
    """An answer; `hidden_from_customers` names what people of a customer are not shown: None in its place."""

    hidden_from_customers: ClassVar[frozenset[str]] = frozenset()


class Page(Schema, Generic[Item]):
    """A part of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None


def is_write_only(field: FieldInfo) -> bool:
    """Tell whether a field is a secret that goes in and never out."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get(WRITE_ONLY))


def partial_of(schema: type[Input]) -> type[Input]:
    """Return `schema` with every field optional, for PATCH; none of them becomes nullable by that."""
    fields: dict[str, Any] = {}
    for name, field in schema.model_fields.items():
        annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        fields[name] = (
            annotation,
            Field(default=None, description=field.description, json_schema_extra=field.json_schema_extra),
        )
    return create_model(f"{schema.__name__.removesuffix('In')}Patch", __base__=Input, **fields)


def page_query(ordering: tuple[str, ...], default: str) -> Any:
    """Return the query parameters of a list that may be ordered by `ordering`, each both ways."""
    choices = tuple(sign + name for name in ordering for sign in ("", "-"))
    if default not in get_args(Literal[choices]):
        raise ValueError(default)
    fields: dict[str, Any] = {
        "limit": (int, Field(default=50, ge=1, le=200, description="Objects in a page.")),
        "cursor": (str | None, Field(default=None, max_length=500, description="`next_cursor` of the page before.")),
        "ordering": (Literal[choices], Field(default=default, description="`-` in front: descending.")),
    }
    return create_model("PageQuery", __base__=Schema, **fields)
