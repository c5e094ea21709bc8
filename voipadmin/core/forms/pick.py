"""Choosing one of very many objects: a text is searched for while it is typed, and the browser never holds all of them.

A form's field stays Django's ModelChoiceField; only its widget is another. What is sent is the object's key in the
field's name, the text beside it in `NAME_text`, and in `NAME_was` the key that this text was written for. Scripts of
the page fill the key, and send either it or the text. Without them a text that was typed over counts more than the key
that it was written for, and a key that came later, such as that of a link, more than the text.
"""

import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Search = Callable[[Any, str, Any], Any]

OFFERED = 20
LONGEST_TEXT = 100
# Of how many objects that a text finds the one of exactly this name is looked for.
LOOKED_THROUGH = 50
# How many objects one text may name.
MOST_NAMED = 50
# No object has this key: what stands for a text that names none, since Django calls any other text an invalid UUID.
NOBODY = str(UUID(int=0))
SALT = "voipadmin.pick"
_WORDS = re.compile(r"[\w][\w.@+/:-]*")
_SEARCHES: dict[type[models.Model], Search] = {}


@dataclass(frozen=True)
class Option:
    """One object that is offered."""

    value: str
    text: str


def offer(model: type[models.Model], search: Search) -> None:
    """Have objects of a model picked by typing; `search(queryset, text, request)` finds them."""
    _SEARCHES[model] = search


def found_by(queryset: Any, text: str, request: Any = None) -> Any:
    """Return the objects that a text finds, those that begin a list where it is empty; related names are read along."""
    words = " ".join(_WORDS.findall(text[:LONGEST_TEXT]))
    rows = _SEARCHES[queryset.model](queryset, words, request) if words else queryset
    return rows.select_related(*_named_along(queryset.model))


def _named_along(model: type[models.Model]) -> list[str]:
    """Return the relations that an object always has: its name may need them."""
    return [field.name for field in model._meta.fields if isinstance(field, models.ForeignKey) and not field.null]


def options_for(queryset: Any, text: str, request: Any) -> tuple[list[Option], bool]:
    """Return the first objects that a text finds, and whether there are more."""
    rows = list(found_by(queryset, text, request)[:LOOKED_THROUGH])
    # Those whose name begins so are what is meant most often.
    rows.sort(key=lambda row: not str(row).casefold().startswith(text.strip().casefold()))
    return [Option(str(row.pk), str(row)) for row in rows[:OFFERED]], len(rows) > OFFERED


def the_one(queryset: Any, text: str) -> Any:
    """Return the object that a text names: the only one it finds, or the only one of exactly this name, or None."""
    rows = list(found_by(queryset, text)[:LOOKED_THROUGH])
    if len(rows) == 1:
        return rows[0]
    wanted = text.strip().casefold()
    exact = [row for row in rows if wanted in {str(row).casefold(), str(row).casefold().partition(" · ")[0]}]
    return exact[0] if len(exact) == 1 else None


def read_scope(text: str) -> dict[str, Any]:
    """Return the conditions of a signed scope; raise BadSignature where it is not ours."""
    conditions: dict[str, Any] = signing.loads(text, salt=SALT) if text else {}
    return conditions


class PickInput(forms.TextInput):
    """A line of text that finds objects, and the key of the one that was picked.

    `scope` are conditions that narrow what is offered as the field's queryset is narrowed; `follows` maps another field
    of the form to the condition that its answer is.
    """

    template_name = "components/pick.html"
    needs_multipart_form = False

    def __init__(self, model: type[models.Model], attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": LONGEST_TEXT, **(attrs or {})})
        self.model = model
        self.scope: dict[str, Any] = {}
        self.follows: dict[str, str] = {}
        # What was typed and names nothing is shown again.
        self.unnamed = ""
        # Django gives the widget the field's choices, whose queryset is the field's.
        self.choices: Any = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template draws."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        picked = self._picked(value)
        own = context["widget"]["attrs"]
        # What htmx does on a change is done when a key changes, not when a letter does.
        context["widget"] |= {
            "key": str(picked.pk) if picked else "",
            "text": str(picked) if picked else self.unnamed,
            "key_attrs": {key: own.pop(key) for key in [key for key in own if key.startswith("hx-")]},
            "address": self._address(),
            "follows": " ".join(f"{field}:{condition}" for field, condition in self.follows.items()),
        }
        if own.pop("required", False):
            own["aria-required"] = "true"
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        """Draw it with a template of the panel: Django's renderer of forms knows only its own."""
        return render_to_string(template_name, context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the key that was sent, or that of what the text names; NOBODY where it names nothing."""
        key, text = data.get(name), data.get(f"{name}_text")
        if text is None or (key and key != data.get(f"{name}_was")):
            # Django would call what is no key at all an invalid UUID, a word that people do not know.
            return key if not key or is_key(key) else NOBODY
        if not text.strip():
            return ""
        picked = self._picked(key)
        if picked is not None and str(picked) == text.strip():
            return key
        found = the_one(self._queryset, text)
        self.unnamed = "" if found else text
        return str(found.pk) if found else NOBODY

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether neither the key nor a text was sent."""
        return name not in data and f"{name}_text" not in data

    @property
    def _queryset(self) -> Any:
        return self.choices.queryset

    def _picked(self, value: Any) -> Any:
        if not is_key(value):
            return None
        return self._queryset.select_related(*_named_along(self.model)).filter(pk=str(value)).first()

    def _address(self) -> str:
        address = reverse("pick", args=[self.model._meta.label_lower])
        return f"{address}?scope={signing.dumps(self.scope, salt=SALT)}" if self.scope else f"{address}?"


class PickManyInput(PickInput):
    """Boxes of those that were picked, each of which can be unticked, and a line of text that finds more.

    Without scripts the text may name several, with semicolons between.
    """

    template_name = "components/pick_many.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template draws."""
        keys = [one for one in value or [] if is_key(one)]
        context = super().get_context(name, None, attrs)
        rows = self._queryset.select_related(*_named_along(self.model)).filter(pk__in=keys)
        context["widget"]["picked"] = [Option(str(row.pk), str(row)) for row in rows]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Return the keys that are ticked and those of what the text names; NOBODY where a part of it names nothing."""
        sent = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, []))
        parts = [part.strip() for part in data.get(f"{name}_text", "").split(";") if part.strip()][:MOST_NAMED]
        named = {part: the_one(self._queryset, part) for part in parts}
        self.unnamed = "; ".join(part for part, found in named.items() if found is None)
        return [*sent, *(str(found.pk) if found else NOBODY for found in named.values())]


def is_key(value: Any) -> bool:
    """Tell whether a value is the key of an object."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def pick_where_long(fields: MutableMapping[str, Any]) -> None:
    """Have the fields of a form that choose one of many objects picked by typing."""
    for field in fields.values():
        plain = type(field.widget) in {forms.Select, forms.SelectMultiple} and isinstance(field, forms.ModelChoiceField)
        model = field.queryset.model if plain and field.queryset is not None else None
        if model in _SEARCHES:
            pick(field)


def pick(field: Any) -> None:
    """Have the object of one field, or its objects, picked by typing."""
    kind = PickManyInput if isinstance(field, forms.ModelMultipleChoiceField) else PickInput
    widget = kind(field.queryset.model, dict(field.widget.attrs))
    widget.is_required = field.required
    field.widget = widget
    widget.choices = field.choices
    for code in ("invalid_choice", "invalid_pk_value"):
        field.error_messages[code] = _("This names none, or more than one. Choose one of those offered.")


def narrow(field: Any, *, follows: dict[str, str] | None = None, **conditions: Any) -> None:
    """Take only some objects in a field, and offer no others: those under `conditions`."""
    field.queryset = field.queryset.filter(**conditions)
    widget = field.widget
    if isinstance(widget, PickInput):
        widget.follows |= follows or {}
        followed = widget.follows.values()
        widget.scope = {name: value for name, value in {**widget.scope, **conditions}.items() if name not in followed}
