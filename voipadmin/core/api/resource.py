"""An entity of the API as data: its schemas, its services and what a list of it may be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from django.db.models import Field, ForeignKey, QuerySet
from ninja import FilterSchema

from voipadmin.core.api.access import visible_reference
from voipadmin.core.api.schemas import Input, Output, is_write_only
from voipadmin.core.models import AnyModel, visible_manager
from voipadmin.core.services import delete_object, save_object
from voipadmin.core.viewer import Viewer, sees_everything

Values = dict[str, Any]


class NoFilters(FilterSchema):
    """A list that is asked for nothing but its order."""


def _save_columns(instance: AnyModel, _rest: Values, _user: Viewer) -> AnyModel:
    return save_object(instance)


def _as_it_is(queryset: QuerySet[AnyModel]) -> QuerySet[AnyModel]:
    return queryset


@dataclass(frozen=True, kw_only=True)
class Resource(Generic[AnyModel]):
    """What the router of an entity needs to know.

    `columns` leads from the API's field names to the model's where they differ. `save(instance, rest, user)` gets what
    was sent beyond the columns; it and `delete` are the domain's services.
    """

    model: type[AnyModel]
    tag: str
    read: type[Output]
    write: type[Input] | None = None
    created: type[Output] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    filters: type[FilterSchema] = NoFilters
    ordering: tuple[str, ...]
    default_ordering: str
    prepare: Callable[[QuerySet[AnyModel]], QuerySet[AnyModel]] = _as_it_is
    save: Callable[[AnyModel, Values, Viewer], AnyModel] = _save_columns
    delete: Callable[[AnyModel], object] = delete_object

    def permission(self, action: str) -> str:
        """Return the permission for `action` (view, add, change, delete) on the model."""
        return f"{self.model._meta.app_label}.{action}_{self.model._meta.model_name}"

    def order_path(self, ordering: str) -> str:
        """Return the model's path for an allowed order of the API."""
        name = ordering.removeprefix("-")
        sign = "-" if ordering.startswith("-") else ""
        return sign + self.columns.get(name, name)

    def rows(self, user: Viewer) -> QuerySet[AnyModel]:
        """Return the rows that `user` may see, ready to be shown."""
        return self.prepare(visible_manager(self.model).visible_to(user))

    def shown(self, instance: AnyModel, user: Viewer, schema: type[Output] | None = None) -> Output:
        """Return `instance` as `user` may see it."""
        output = (schema or self.read).model_validate(instance)
        hidden = self.hidden_names(user)
        return output.model_copy(update=dict.fromkeys(hidden)) if hidden else output

    def hidden_names(self, user: Viewer) -> frozenset[str]:
        """Return the fields that `user` is not shown."""
        return frozenset() if sees_everything(user) else self.read.hidden_from_customers

    def names(self) -> dict[str, str]:
        """Return the API's field names by the model's, for errors."""
        known = set(self.write.model_fields) if self.write else set()
        keys = {
            column.name: f"{column.name}_id"
            for column in self.model._meta.fields
            if isinstance(column, ForeignKey) and f"{column.name}_id" in known
        }
        return keys | {column: name for name, column in self.columns.items()}

    def assign(self, instance: AnyModel, payload: Input, user: Viewer, *, only_sent: bool) -> Values:
        """Set the columns from `payload` and return the rest; a secret that was not sent stays as it is."""
        values = payload.model_dump(exclude_unset=only_sent)
        for name, definition in type(payload).model_fields.items():
            if is_write_only(definition) and name not in payload.model_fields_set:
                values.pop(name, None)
        columns: dict[str, Field[Any, Any]] = {column.attname: column for column in self.model._meta.concrete_fields}
        rest: Values = {}
        for name, value in values.items():
            column = columns.get(self.columns.get(name, name))
            if column is None:
                rest[name] = value
            elif isinstance(column, ForeignKey) and value is not None:
                manager = visible_manager(column.related_model)
                setattr(instance, column.name, visible_reference(manager, key=value, user=user, field=name))
            else:
                setattr(instance, column.attname, value)
        return rest
