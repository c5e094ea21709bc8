"""Filters of numbers and of their allocations."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Provider
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.text.searched import read_search


class DIDFilterSet(EntityFilterSet):
    """Filters of the inventory; customer and extension mean those that have the number now."""

    provider = django_filters.ModelChoiceFilter(queryset=visible(Provider), label=_("provider"))
    gateway = django_filters.ModelChoiceFilter(queryset=visible(Gateway), label=_("gateway"))
    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"), method="of_current")
    extension = django_filters.ModelChoiceFilter(
        queryset=visible(Extension), label=_("extension"), method="of_current", widget=forms.HiddenInput
    )

    class Meta:
        model = DID
        fields = ("q", "status", "provider", "gateway", "customer", "extension")

    def search(self, queryset: Any, _name: str, value: str) -> Any:
        """Look for the digits, however they are written, or, for those who see them, for words in the notes."""
        digits = read_search(value).fragment
        if digits:
            return queryset.filter(number__contains=digits)
        sees_notes = self.request is not None and self.request.user.sees_everything
        return queryset.filter(notes__icontains=value) if sees_notes else queryset.none()

    def of_current(self, queryset: Any, name: str, value: Any) -> Any:
        """Keep the numbers that are the customer's, or go to the extension, now."""
        if value is None:
            return queryset
        return queryset.filter(pk__in=DIDAllocation.objects.current().filter(**{name: value}).values("did"))


class AllocationFilterSet(EntityFilterSet):
    """Filters of the history of allocations."""

    search_fields = ("did__number", "customer__code", "customer__name")

    did = django_filters.ModelChoiceFilter(queryset=visible(DID), label=_("number"), widget=forms.HiddenInput)
    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))

    class Meta:
        model = DIDAllocation
        fields = ("q", "did", "customer")
