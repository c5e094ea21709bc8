"""The base of a report's filters, which are kept in the address."""

from typing import Any

from django import forms
from django.http import QueryDict

from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.forms.filter_set import name_the_absence


class ReportFilterForm(PanelForm):
    """Filters of a report; those that are not given narrow nothing."""

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] += " form-control-sm"
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select form-select-sm"
                if not field.required:
                    name_the_absence(field)

    @property
    def active_count(self) -> int:
        """Return how many filters narrow the report."""
        given: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return sum(1 for value in given.values() if value not in (None, ""))
