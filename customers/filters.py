"""Filters of customers and extensions."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension, TrunkAddress
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.text.addresses import Network
from voipadmin.core.text.searched import read_search


def has_address_within(network: Network) -> Q:
    """Return the condition that a customer has a trunk address or network that shares an address with `network`."""
    addresses = TrunkAddress.objects.filter(customer=OuterRef("pk"), network__overlaps=str(network))
    return Q(Exists(addresses))


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
            network = read_search(word).network
            queryset = queryset.filter(fields | contact | (has_address_within(network) if network else Q()))
        return queryset


class ExtensionFilterSet(EntityFilterSet):
    """Filters of the list of extensions."""

    search_fields = ("number", "sip_username", "caller_id_name", "caller_id_number", "customer__code", "customer__name")

    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))

    class Meta:
        model = Extension
        fields = ("q", "customer", "enabled")
