"""Filters of accounts and of their ledgers."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, start_of
from billing.models import Account, LedgerEntry
from voipadmin.core.forms.filter_set import EntityFilterSet

DAY = {"type": "date"}


class AccountFilterSet(EntityFilterSet):
    """Filters of the list of accounts."""

    search_fields = ("customer__code", "customer__name")

    standing = django_filters.ChoiceFilter(
        label=_("standing"),
        method="by_standing",
        choices=[("owes", _("Below zero")), ("spent", _("Nothing left")), ("stopped", _("Stopped"))],
    )

    class Meta:
        model = Account
        fields = ("q", "kind", "plan", "standing")

    def by_standing(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the accounts that owe, that have nothing left, or whose calls the system stopped."""
        conditions: dict[str, dict[str, Any]] = {
            "owes": {"balance__lt": 0},
            "spent": {"available__lte": 0},
            "stopped": {"blocked_at__isnull": False},
        }
        return queryset.filter(**conditions[value])


class LedgerFilterSet(EntityFilterSet):
    """Filters of a ledger, in terms of its index; days are those of the panel's clock."""

    q = None

    since = django_filters.DateFilter(
        label=_("from day"),
        method="from_day",
        widget=forms.DateInput(DAY, "%Y-%m-%d"),
        validators=DAYS_WITHIN_REACH,
    )
    until = django_filters.DateFilter(
        label=_("to day"), method="to_day", widget=forms.DateInput(DAY, "%Y-%m-%d"), validators=DAYS_WITHIN_REACH
    )

    class Meta:
        model = LedgerEntry
        fields = ("since", "until", "kind")

    def from_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep what happened from the beginning of the day on."""
        return queryset.filter(happened_at__gte=start_of(value))

    def to_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep what happened before the next day."""
        return queryset.filter(happened_at__lt=start_of(value + ONE_DAY))
