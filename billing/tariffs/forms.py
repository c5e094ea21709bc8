"""The form of a tariff."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from billing.models import Tariff, TariffMatches
from billing.tariffs.pattern_meaning import meaning_where_readable
from voipadmin.core.forms.entity_form import EntityForm


class MeaningForm(forms.ModelForm[Any]):
    """A form in which what a pattern is for need not be said where the numbering plan tells it; else it is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        matches: Any = self.fields["matches"]
        matches.required = False
        matches.choices = [("", _("What the numbering plan says")), *TariffMatches.choices]
        if self.instance._state.adding:
            self.initial["matches"] = ""

    def clean(self) -> dict[str, Any]:
        """Read from the numbering plan what the pattern is for where nobody said it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("pattern") and not cleaned.get("matches"):
            try:
                cleaned["pattern"], cleaned["matches"] = meaning_where_readable(cleaned["pattern"])
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


class TariffForm(MeaningForm, EntityForm):
    """A tariff."""

    fieldsets = (
        (
            _("Destination"),
            _("Which called numbers it prices; the longest match wins."),
            ("pattern", "matches", "name"),
        ),
        (
            _("Whose, from where, when"),
            _("A plan's tariff counts before those of everybody; among its own, origin and hours before all."),
            ("plan", "origin_prefix", "window"),
        ),
        (
            _("Per minute"),
            _("A price below the cost is flagged here and wherever it is reported."),
            ("price_per_minute", "cost_per_minute", "currency"),
        ),
        (
            _("How a call is counted"),
            _("30 and 6 with 3 free: nothing up to 3 s, else 30 s at least, then steps of 6 s."),
            ("initial_block_seconds", "increment_seconds", "bands", "free_seconds", "connect_fee", "minimum_charge"),
        ),
        (_("Rounding"), _("Once, on the call's total."), ("rounding", "decimals")),
        (
            _("In force"),
            _("Calls are priced by the tariff in force when they were answered."),
            ("effective_from", "effective_until"),
        ),
    )

    class Meta:
        model = Tariff
