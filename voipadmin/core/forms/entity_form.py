"""The base of every form of the panel: errors in place, secrets that are never shown, one domain call to save."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.forms.control_names import ControlNames
from voipadmin.core.forms.local_numbers import use_local_numbers
from voipadmin.core.forms.pick import pick_where_long
from voipadmin.core.services import error_messages, save_object

Fieldset = tuple[Message, Message, Sequence[str]]


class PanelFormMixin(ControlNames):
    """Gives each field its local input and class, and shows what the domain refused where it belongs."""

    fields: dict[str, forms.Field]
    # field -> "other=value|value": the field is shown only while the other has one of the values.
    show_when: ClassVar[dict[str, str]] = {}

    def style_widgets(self) -> None:
        """Let numbers be typed as people write them, and set the CSS class that each widget's kind needs."""
        use_local_numbers(self.fields)
        pick_where_long(self.fields)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", widget_class(field.widget))
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            if name in self.show_when:
                field.widget.attrs["data-show-when"] = self.show_when[name]

    def take_error(self, error: DomainError | ValidationError) -> None:
        """Show what the domain refused, beside the field that it concerns where the form has it."""
        add_error: Any = getattr(self, "add_error")  # noqa: B009 - every form brings it; this mixin is none
        if isinstance(error, DomainError):
            add_error(error.field if error.field in self.fields else None, str(error.message))
            return
        for name, messages in error_messages(error).items():
            target = name if name in self.fields and name != NON_FIELD_ERRORS else None
            for message in messages:
                add_error(target, message)


class PanelForm(PanelFormMixin, forms.Form):
    """A form that is not a model's, such as that of an action on an object."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.style_widgets()

    @property
    def groups(self) -> list[tuple[Message, Message, list[forms.BoundField]]]:
        """Return the fields, in one group without a title."""
        return [("", "", list(self))]


def answer_of(form: forms.ModelForm[Any], name: str) -> Any:
    """Return what was given in one field, as it would be saved, or None where that cannot be; others may be empty."""
    field = form.fields[name]
    given = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    columns = {column.name: column for column in form._meta.model._meta.fields}
    try:
        value = field.clean(given)
        if name in columns:
            columns[name].run_validators(value)
    except ValidationError:
        return None
    return value


def widget_class(widget: forms.Widget) -> str:
    """Return Bootstrap's class for a widget."""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class LocalDateTimeInput(forms.DateTimeInput):
    """A date and time picker of the browser, to the second."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": "1", **(attrs or {})}, format="%Y-%m-%dT%H:%M:%S")


class EntityRows(forms.BaseInlineFormSet[Any, Any, Any]):
    """Rows that belong to an object: each form, those that are added in the browser too, is one of the kit."""

    def add_fields(self, form: Any, index: Any) -> None:
        """Add the formset's own fields and prepare all of them."""
        super().add_fields(form, index)
        use_local_numbers(form.fields)
        pick_where_long(form.fields)
        for field in form.fields.values():
            field.widget.attrs.setdefault("class", widget_class(field.widget))


class EntityForm(PanelFormMixin, forms.ModelForm[Any]):
    """A model's form: the fields of `fieldsets`, by group; `rows_class` adds a formset of rows of the object.

    `Meta` names the model, and `fields` only where the fieldsets hold more than the model's own.
    """

    fieldsets: ClassVar[Sequence[Fieldset]] = ()
    rows_class: ClassVar[type[forms.BaseInlineFormSet[Any, Any, Any]] | None] = None
    rows_title: ClassVar[Message] = ""
    rows_help: ClassVar[Message] = ""
    rows_show_when: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Name the model's fields once: in `fieldsets`.

        Python calls this before Django's metaclass reads `Meta`, so what is set here is what Django finds.
        """
        super().__init_subclass__(**kwargs)
        meta: Any = cls.__dict__.get("Meta")
        if meta is not None and cls.fieldsets and not hasattr(meta, "fields"):
            meta.fields = tuple(name for _title, _text, names in cls.fieldsets for name in names)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.secret_names = [name for name in self.fields if self._is_secret(name)]
        self._prepare_fields()
        self.style_widgets()
        self.rows = self._make_rows()

    def _is_secret(self, name: str) -> bool:
        return any(
            field.name == name and isinstance(field, EncryptedTextField)
            for field in self._meta.model._meta.get_fields()
        )

    def _prepare_fields(self) -> None:
        for name, field in self.fields.items():
            if name in self.secret_names:
                self._prepare_secret(name, field)
            elif isinstance(field, forms.DateTimeField):
                field.widget = LocalDateTimeInput()
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                visible: Any = field.queryset
                field.queryset = visible.visible_to(self.user) if hasattr(visible, "visible_to") else visible

    def _prepare_secret(self, name: str, field: forms.Field) -> None:
        """Make the input write-only: what is stored is never sent to the browser."""
        field.widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        field.required = False
        if getattr(self.instance, name):
            field.help_text = _("A secret is stored. Leave empty to keep it.")

    def _make_rows(self) -> forms.BaseInlineFormSet[Any, Any, Any] | None:
        if self.rows_class is None:
            return None
        return self.rows_class(self.data if self.is_bound else None, instance=self.instance, prefix="rows")

    @property
    def groups(self) -> list[tuple[Message, Message, list[forms.BoundField]]]:
        """Return the fields by group, those that no group names last."""
        named = [name for _title, _text, names in self.fieldsets for name in names]
        rest = [name for name in self.fields if name not in named]
        groups = [
            (title, text, [self[name] for name in names if name in self.fields])
            for title, text, names in self.fieldsets
        ]
        return groups + ([("", "", [self[name] for name in rest])] if rest else [])

    def clean(self) -> dict[str, Any]:
        """Keep a stored secret where the input was left empty."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.secret_names:
            if name in cleaned and not cleaned[name]:
                cleaned[name] = getattr(self.instance, name)
        return cleaned

    def is_valid(self) -> bool:
        """Tell whether the object and all its rows are valid."""
        valid = super().is_valid()
        return (self.rows is None or self.rows.is_valid()) and valid

    def kept_rows(self) -> list[Any] | None:
        """Return the rows' objects that were filled in and not taken off, in the form's order; None without rows."""
        rows: Any = self.rows
        if rows is None:
            return None
        stored = {instance.pk for instance in rows.get_queryset()}
        filled = [form for form in rows.forms if form.has_changed() or form.instance.pk in stored]
        return [form.instance for form in filled if form not in rows.deleted_forms]

    def save(self, commit: bool = True) -> Any:
        """Save through the domain; many-to-many choices go in the same transaction."""
        with transaction.atomic():
            instance: models.Model = save_object(self.instance)
            save_choices: Any = getattr(self, "_save_m2m")  # noqa: B009 - Django's own, which the stubs do not name
            save_choices()
        return instance
