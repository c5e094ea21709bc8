"""The filter of the list of calls."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, start_of
from billing.cdrs.queries import counted_before, counted_from
from billing.models import Cdr
from customers.models import Customer
from numbering.models import DID
from routing.models import Gateway, Route
from voipadmin.core.forms.filter_set import EntityFilterSet, visible

DAY = {"type": "date"}


class CdrFilterSet(EntityFilterSet):
    """Filters of the list of calls; a call is of the day on which it ended, by the installation's clock."""

    search_fields = ("src", "caller", "called_number", "dst", "dialled", "caller_id")

    since = django_filters.DateFilter(
        method="from_day", label=_("from day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="to_day", label=_("to day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))
    gateway = django_filters.ModelChoiceFilter(queryset=visible(Gateway), label=_("gateway"))
    route = django_filters.ModelChoiceFilter(queryset=visible(Route), widget=forms.HiddenInput)
    did = django_filters.ModelChoiceFilter(queryset=visible(DID), widget=forms.HiddenInput)
    money = django_filters.ChoiceFilter(
        label=_("money"),
        method="by_money",
        choices=[
            ("unrated", _("Unrated")),
            ("uncharged", _("Not charged")),
            ("loss", _("At a loss")),
            ("contradictory", _("Contradictory")),
        ],
    )
    attempts = django_filters.ChoiceFilter(label=_("attempts"), method="keep", choices=[("all", _("Every attempt"))])

    class Meta:
        model = Cdr
        fields = ("q", "since", "until", "direction", "disposition", "customer", "gateway", "money", "attempts")

    def filter_queryset(self, queryset: Any) -> Any:
        """Show each call by its final record, unless every attempt is asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("attempts") else found.calls()

    @property
    def qs(self) -> Any:
        """Return the filtered calls; without filters each call shows once all the same."""
        found = super().qs
        return found if self.is_bound else found.calls()

    def from_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep the calls that count on the day or later: those that ended then."""
        return queryset.filter(counted_from(start_of(value)))

    def to_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep the calls that count on the day or earlier."""
        return queryset.filter(counted_before(start_of(value + ONE_DAY)))

    def keep(self, queryset: Any, _name: str, _value: str) -> Any:
        """Change nothing: the choice is looked at by `filter_queryset`."""
        return queryset

    def by_money(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the calls that should have a price, that nobody pays, that lost money, or that contradict themselves."""
        narrowed = {
            "unrated": queryset.unrated,
            "uncharged": queryset.uncharged,
            "loss": queryset.loss_making,
            "contradictory": queryset.contradictory,
        }
        return narrowed[value]()
