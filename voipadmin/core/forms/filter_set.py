"""The base of every list's filter: a search box and typed filters, all kept in the address."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from voipadmin.core.forms.control_names import ControlNames
from voipadmin.core.forms.entity_form import widget_class
from voipadmin.core.forms.local_numbers import use_local_numbers
from voipadmin.core.forms.pick import pick_where_long
from voipadmin.core.lists.additions import AddedFilter, additions_for


class EntityFilterSet(django_filters.FilterSet):
    """Filters of a list: `search_fields` are what the search box looks into, `folded` those that are seldom wanted."""

    search_fields: ClassVar[tuple[str, ...]] = ()
    folded: ClassVar[frozenset[str]] = frozenset()

    q = django_filters.CharFilter(method="search", label=_("Search"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._add_filters()
        use_local_numbers(self.form.fields)
        pick_where_long(self.form.fields)
        for name, field in self.form.fields.items():
            field.widget.attrs.setdefault("class", widget_class(field.widget) + " form-control-sm")
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select form-select-sm"
                name_the_absence(field)
            if name == "q":
                field.widget.attrs.update({"type": "search", "autocomplete": "off", "maxlength": 100})

    def _add_filters(self) -> None:
        """Add the filters of upper apps, for whoever may see what they tell."""
        user = self.request.user if self.request is not None else None
        for addition in additions_for(self._meta.model, user):
            for name, added in addition.filters.items():
                made = _filter_of(added)
                made.parent, made.model = self, self._meta.model
                self.filters[name] = made

    def get_form_class(self) -> Any:
        """Return the form of the filters, whose controls hide nothing of the form that scripts need."""
        form: Any = super().get_form_class()
        return type(form.__name__, (ControlNames, form), {})

    def search(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the rows in which every word is found in some searched field."""
        return search_in(queryset, self.search_fields, value)

    @property
    def usual_fields(self) -> list[Any]:
        """Return the fields that are in view, beside the search box."""
        return [field for field in self.form.visible_fields() if field.name not in self.folded | {"q"}]

    @property
    def folded_fields(self) -> list[Any]:
        """Return the fields that are shown on request."""
        return [field for field in self.form.visible_fields() if field.name in self.folded]

    @property
    def is_unfolded(self) -> bool:
        """Tell whether one of the folded filters has a value."""
        return any(field.value() not in (None, "", []) for field in self.folded_fields)

    @property
    def active_count(self) -> int:
        """Return how many filters, the search box aside, narrow the list."""
        if not self.is_bound or not self.form.is_valid():
            return 0
        chosen = (value for name, value in self.form.cleaned_data.items() if name != "q")
        return sum(1 for value in chosen if value not in (None, "", [], slice(None, None)))


def _filter_of(added: AddedFilter) -> Any:
    if added.model is not None:
        rows = visible(added.model)
        return django_filters.ModelChoiceFilter(label=added.label, queryset=rows, method=_narrowed(added))
    return django_filters.ChoiceFilter(label=added.label, choices=list(added.choices), method=_narrowed(added))


def _narrowed(added: AddedFilter) -> Any:
    return lambda queryset, _name, value: added.narrow(queryset, value)


def search_in(queryset: Any, fields: Iterable[str], text: str) -> Any:
    """Return the rows in which every word of `text` is found in one of `fields`."""
    for word in text.split():
        queryset = queryset.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)))
    return queryset


def name_the_absence(field: Any) -> None:
    """Write “All” for the choice that filters nothing, instead of dashes or “Unknown”."""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = _("All")
    else:
        field.widget.choices = [("", _("All")), *(choice for choice in field.widget.choices if choice[0] != "")]


def visible(model: Any) -> Any:
    """Return a callable for `ModelChoiceFilter(queryset=...)`: the rows that the asking user may see."""

    def queryset(request: Any) -> Any:
        if request is None:
            return model.objects.none()
        return model.objects.all().visible_to(request.user)

    return queryset
