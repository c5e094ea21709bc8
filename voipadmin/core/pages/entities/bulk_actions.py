"""What can be done with many objects of a kind at once. Each object goes through the service of the single action."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import NestedObjects
from django.db import router
from django.db.models import Model, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.forms.entity_form import EntityForm, PanelForm
from voipadmin.core.services import delete_object, save_object

Answers = Mapping[str, Any]
# Of more objects than these it is not said what goes along with them.
MOST_LOOKED_AT = 100
Save = Callable[[Any], object]


class BulkForm(PanelForm):
    """The questions of an action; most have none."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and hasattr(field.queryset, "visible_to"):
                visible: Any = field.queryset
                field.queryset = visible.visible_to(user)

    @property
    def answers(self) -> dict[str, Any]:
        """Return what each object gets."""
        return self.cleaned_data


def _nothing_more(_rows: QuerySet[Any]) -> list[Message]:
    return []


@dataclass(frozen=True, kw_only=True)
class BulkAction:
    """An action: `apply(object, answers, user)` makes the domain call of the single one and raises what it refuses.

    It needs the `permission` of the entity. `eligible` narrows rows to those that it is possible for, `consequences`
    says what it will do to the chosen ones. What `is_dangerous` is asked about with the count to be typed.
    """

    name: str
    label: Message
    icon: str
    apply: Callable[[Any, Answers, Any], object]
    permission: str = "change"
    # Made with the answers, if any, and `user`; its `answers` are what `apply` gets.
    form: Callable[..., Any] = BulkForm
    effect: Message = ""
    eligible: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    consequences: Callable[[QuerySet[Any]], list[Message]] = _nothing_more
    is_dangerous: bool = False


class NothingChosen(DomainError):
    """No field was chosen to be changed."""

    code = "nothing_chosen"


class EditForm(BulkForm):
    """Fields of an entity's form, each with a box that says whether it is to be changed."""

    source: ClassVar[type[EntityForm]]
    names: ClassVar[Sequence[str]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            return
        for name in self.names:
            # What is not to be changed is not asked whether it would be valid.
            if not self.data.get(f"set_{name}"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Refuse to change nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [name for name in self.names if cleaned.get(f"set_{name}")]
        if not chosen:
            raise forms.ValidationError(_("Tick what is to be changed."))
        for name in chosen:
            if name in cleaned:
                self._try_rules(name, cleaned[name])
        return cleaned

    def _try_rules(self, name: str, value: Any) -> None:
        """Ask the model's own rules of a field, so that they need not refuse each object."""
        field: Any = self.source._meta.model._meta.get_field(name)
        try:
            field.run_validators(value)
        except forms.ValidationError as error:
            self.add_error(name, error)

    @property
    def answers(self) -> dict[str, Any]:
        """Return the fields that are to be changed."""
        return {name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(f"set_{name}")}

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each field behind its box."""
        return [(self[f"set_{name}"], self[name]) for name in self.names]


def edit_fields(form: type[EntityForm], names: Sequence[str], *, save: Save = save_object) -> BulkAction:
    """Return the action that changes chosen fields of a form; `save` is the service that the form saves with."""
    fields: dict[str, Any] = {}
    for name in names:
        field = deepcopy(form.base_fields[name])
        label = format_lazy("{change}: {label}", change=_("Change"), label=field.label or name)
        fields[f"set_{name}"] = forms.BooleanField(label=label, required=False)
        fields[name] = field
    made = type(f"Edit{form.__name__}", (EditForm,), {**fields, "source": form, "names": tuple(names)})

    def apply(instance: Model, answers: Answers, _user: Any) -> object:
        for name, value in answers.items():
            setattr(instance, name, value)
        return save(instance)

    return BulkAction(name="edit", label=_("Change fields"), icon="pencil", apply=apply, form=made)


def set_field(
    name: str, label: Message, icon: str, field: str, value: Any, *, save: Save = save_object, **more: Any
) -> BulkAction:
    """Return the action that gives one field one value; objects that have it already are not possible."""

    def apply(instance: Model, _answers: Answers, _user: Any) -> object:
        if getattr(instance, field) == value:
            raise DomainError(_("It is so already."), code="unchanged")
        setattr(instance, field, value)
        return save(instance)

    return BulkAction(
        name=name, label=label, icon=icon, apply=apply, eligible=lambda rows: rows.exclude(**{field: value}), **more
    )


def _goes_along(rows: QuerySet[Any]) -> list[Message]:
    """Say what is deleted along with the first objects, as the database's rules tell it."""
    chosen = list(rows[:MOST_LOOKED_AT])
    collector = NestedObjects(using=router.db_for_write(rows.model), origin=chosen)
    collector.collect(chosen)
    by_model: dict[Any, set[Any]] = {**collector.model_objs}
    counts = [
        f"{len(found)} {model._meta.verbose_name_plural}"
        for model, found in by_model.items()
        if found and model is not rows.model and not model._meta.auto_created
    ]
    if not counts:
        return []
    named = {"objects": ", ".join(sorted(counts)), "count": len(chosen)}
    if len(chosen) == MOST_LOOKED_AT:
        return [_("Deleted along with the first %(count)d: %(objects)s.") % named]
    return [_("Deleted along with them: %(objects)s.") % named]


def delete_each(delete: Save = delete_object, *, effect: Message = "") -> BulkAction:
    """Return the action that deletes; `delete` is the service of the single deletion."""
    return BulkAction(
        name="delete",
        label=_("Delete"),
        icon="trash-2",
        permission="delete",
        apply=lambda instance, _answers, _user: delete(instance),
        effect=effect or _("This cannot be undone. What others stand on is not deleted, and listed."),
        consequences=_goes_along,
        is_dangerous=True,
    )
