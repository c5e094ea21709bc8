"""Filters of customers and extensions."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension, TrunkAddress
from voipadmin.core.forms.filter_set import EntityFilterSet, visible


def has_address(text: str) -> Exists:
    """Return the condition that a customer has a trunk address that reads like `text`."""
    addresses = TrunkAddress.objects.filter(customer=OuterRef("pk")).annotate(
        network_text=Cast("network", output_field=TextField())
    )
    return Exists(addresses.filter(network_text__startswith=text))


class CustomerFilterSet(EntityFilterSet):
    """Filters of the list of customers."""

    class Meta:
        model = Customer
        fields = ("q", "type", "status")

    def search(self, queryset: Any, _name: str, value: str) -> Any:
        """Look into code, name, contact and trunk addresses."""
        for word in value.split():
            fields = Q(code__icontains=word) | Q(name__icontains=word)
            contact = Q(contact_name__icontains=word) | Q(contact_email__icontains=word)
            queryset = queryset.filter(fields | contact | has_address(word))
        return queryset


class ExtensionFilterSet(EntityFilterSet):
    """Filters of the list of extensions."""

    search_fields = ("number", "sip_username", "caller_id_name", "caller_id_number", "customer__code", "customer__name")

    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))

    class Meta:
        model = Extension
        fields = ("q", "customer", "enabled")
