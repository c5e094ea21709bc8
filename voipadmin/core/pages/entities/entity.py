"""What the generic pages need to know of a kind of object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any, Generic

from django.db.models import Model, QuerySet
from django.urls import reverse
from django_filters import FilterSet
from django_tables2 import Table

from voipadmin.core.errors import Message
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.models import AnyModel, visible_manager
from voipadmin.core.pages.entities.bulk_actions import BulkAction
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.services import delete_object
from voipadmin.core.viewer import Viewer, sees_everything


class Hint(Flag):
    """How a field's value is written on an object's page where its type does not tell."""

    PLAIN = 0
    MONO = auto()  # a technical value: monospaced
    DIGITS = auto()  # a number that is a name, such as a port: without a thousands separator
    PHONE = auto()  # a telephone number: in groups


@dataclass(frozen=True)
class FieldGroup:
    """A titled group of an object's fields on its page: fields, properties or methods without arguments."""

    title: Message
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Related:
    """Another entity's list, narrowed to one object and loaded lazily by its address, so that nothing is imported."""

    title: Message
    url_name: str
    parameter: str
    permission: str
    tab: str = "related"
    create_url_name: str = ""
    create_permission: str = ""
    extra_query: str = ""
    without: str = ""


@dataclass(frozen=True)
class FormPreview:
    """What a form shows of its answers while they are given, before anything is saved.

    `facts(form)` of the form, which may be filled in only in part, feed the template. It stands behind the group of
    fields with the number `behind`, counted from 1. The answers travel in the address: of forms with secrets only those
    that `answers` names do. Where `of_saved`, the form's instance is the object that is being changed.
    """

    template: str
    facts: Callable[[EntityForm], dict[str, Any]]
    behind: int = 1
    answers: tuple[str, ...] = ()
    of_saved: bool = False

    @property
    def included(self) -> str:
        """Return the CSS selector of the answers that travel."""
        return ", ".join(f"#form-answers [name={name}]" for name in self.answers) or "#form-answers"


def _unchanged(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset


def _always(_instance: Model) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Entity(Generic[AnyModel]):
    """A kind of object with its pages.

    `groups` are the fields of an object's page; without any they are those of the form. `hints` says of a field how
    its value is written. Of a kind that `is_long` there are too many for a select: forms and filters have one picked by
    typing. Where `creates` is false, objects come about otherwise and its form only edits them.
    `staff_only` names fields, columns and filters that a customer's user never sees. `detail_context(object, user)`
    feeds `lead_template`, `main_template` and `aside_template` of the object's page, `summary_template`
    stands above the rows of the list. `bulk` are the actions on many objects that are chosen in the list.
    `saving_question(before, form, user)` is asked before a form, whose answers are valid, changes an object.
    """

    model: type[AnyModel]
    table: type[Table]
    filterset: type[FilterSet]
    form: type[EntityForm] | None = None
    icon: str
    intro: Message
    empty_hint: Message
    groups: Sequence[FieldGroup] = ()
    hints: Mapping[str, Hint] = field(default_factory=dict)
    related: Sequence[Related] = ()
    bulk: Sequence[BulkAction] = ()
    effect: Message = ""
    join: Callable[[QuerySet[AnyModel]], QuerySet[Any]] = _unchanged
    creates: bool = True
    is_long: bool = False
    delete: Callable[[AnyModel], None] | None = delete_object
    editable: Callable[[AnyModel], bool] = _always
    staff_only: frozenset[str] = frozenset()
    synced: bool = True
    actions_template: str = ""
    list_actions_template: str = ""
    aside_template: str = ""
    title: Message = ""
    preview: FormPreview | None = None
    lead_template: str = ""
    main_template: str = ""
    detail_context: Callable[[AnyModel, Viewer], dict[str, Any]] | None = None
    summary_template: str = ""
    saving_question: Callable[[Any, Any, Viewer], Question | None] | None = None

    @property
    def app_label(self) -> str:
        """Return the app's label, which is also its URL namespace."""
        return self.model._meta.app_label

    @property
    def model_name(self) -> str:
        """Return the model's name in lower case."""
        return str(self.model._meta.model_name)

    @property
    def list_name(self) -> str:
        """Return the name of the list, by which layouts and views of it are kept: `customers.customer`."""
        return f"{self.app_label}.{self.model_name}"

    @property
    def name(self) -> Message:
        """Return the model's name for people."""
        return self.model._meta.verbose_name or ""

    @property
    def name_plural(self) -> Message:
        """Return the list's title: the model's plural, where no other is given."""
        return self.title or self.model._meta.verbose_name_plural or ""

    @property
    def secrets(self) -> frozenset[str]:
        """Return the encrypted fields: each is masked on an object's page and revealed on request."""
        return frozenset(column.name for column in self.model._meta.fields if isinstance(column, EncryptedTextField))

    @property
    def field_groups(self) -> Sequence[FieldGroup]:
        """Return the groups of an object's page: its own, or those of its form."""
        if self.groups or self.form is None:
            return self.groups
        return tuple(FieldGroup(title, tuple(names)) for title, _help, names in self.form.fieldsets)

    @property
    def template_folder(self) -> str:
        """Return the folder in which an entity's own templates are."""
        return f"{self.app_label}/{self.model_name}"

    def permission(self, action: str) -> str:
        """Return Django's name of the permission, such as `customers.change_customer`."""
        return f"{self.app_label}.{action}_{self.model_name}"

    def url_name(self, action: str) -> str:
        """Return the name of a page's address, such as `customers:customer_list`."""
        return f"{self.app_label}:{self.model_name}_{action}"

    def url(self, action: str, *args: object) -> str:
        """Return the address of a page."""
        return reverse(self.url_name(action), args=args)

    def objects_for(self, user: Viewer) -> QuerySet[AnyModel]:
        """Return the objects that `user` may see, joined with what the list shows, in their usual order.

        The order is named because Django drops the model's own where a join groups rows.
        """
        return self.join(visible_manager(self.model).visible_to(user)).order_by(*self.model._meta.ordering or ["pk"])

    def hidden_from(self, user: Viewer) -> frozenset[str]:
        """Return the fields and columns that `user` does not see."""
        return frozenset() if sees_everything(user) else self.staff_only
