"""Forms of decks: the upload, and which column is which."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.decks.columns import LABELS
from routing.models import Provider
from voipadmin.core.forms.entity_form import LocalDateTimeInput, PanelForm
from voipadmin.core.sheets.fields import SheetField
from voipadmin.core.sheets.input_errors import column_letter
from voipadmin.core.validators import currency_validator


class UploadForm(PanelForm):
    """A carrier's file."""

    provider = forms.ModelChoiceField(Provider.objects.none(), label=_("provider"))
    file = SheetField(label=_("file"), help_text=_("CSV or XLSX as the carrier sent it, up to 50 MB."))
    currency = forms.CharField(
        label=_("currency"), max_length=3, initial=settings.DEFAULT_CURRENCY, validators=[currency_validator]
    )
    is_full = forms.BooleanField(
        label=_("full list"), required=False, initial=True,
        help_text=_("What is not in it ends. A partial list changes only what it names."),
    )  # fmt: skip
    effective_from = forms.DateTimeField(
        label=_("prefixes that are gone end"), required=False, widget=LocalDateTimeInput,
        help_text=_("Empty: at the activation."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["provider"]
        field.queryset = Provider.objects.visible_to(user)


class ColumnsForm(PanelForm):
    """Which column is what, of a list whose headings did not tell."""

    def __init__(self, data: Any, *, first_rows: list[list[str]], columns: dict[str, int]) -> None:
        super().__init__(data)
        width = max(map(len, first_rows), default=0)
        choices = [("", "—")] + [(str(index), self._named(index, first_rows)) for index in range(width)]
        for name, label in LABELS.items():
            initial = str(columns[name]) if name in columns else ""
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False, initial=initial)
        self.style_widgets()

    @staticmethod
    def _named(index: int, rows: list[list[str]]) -> str:
        shown = next((row[index] for row in rows if index < len(row) and row[index]), "")
        return f"{column_letter(index)} · {shown}" if shown else column_letter(index)

    def columns(self) -> dict[str, int]:
        """Return the columns that were named."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value}
