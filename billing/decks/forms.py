"""Forms of decks: the upload, and which column is which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.decks.columns.roles import LABELS
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
    """What each column of a list is used as: a field for each column, named by its letter."""

    def __init__(self, data: Any, *, shown: Sequence[Mapping[str, Any]], columns: Mapping[str, int]) -> None:
        super().__init__(data)
        roles = {column_letter(index): name for name, index in columns.items()}
        for use in shown:
            letter, samples = use["column"], ", ".join(use["samples"])
            self.fields[letter] = forms.ChoiceField(
                label=f"{letter} · {use['heading']}" if use["heading"] else letter,
                choices=[("", _("Not used")), *LABELS.items()],
                required=False,
                initial=roles.get(letter, ""),
                help_text=_("For example %(values)s.") % {"values": samples} if samples else "",
            )
        self.style_widgets()

    def clean(self) -> dict[str, Any]:
        """Refuse two columns that are the same."""
        answers = super().clean() or {}
        named = Counter(role for role in answers.values() if role)
        for letter, role in answers.items():
            if named[role] > 1:
                self.add_error(letter, _("Two columns cannot be the same."))
        return answers
