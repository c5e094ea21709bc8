"""Filters of providers, gateways and routes."""

import django_filters
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from routing.models import Gateway, Provider, Route
from voipadmin.core.forms.filter_set import EntityFilterSet, visible


class ProviderFilterSet(EntityFilterSet):
    """Filters of the list of providers."""

    search_fields = ("name", "notes")

    class Meta:
        model = Provider
        fields = ("q", "type")


class GatewayFilterSet(EntityFilterSet):
    """Filters of the list of gateways."""

    search_fields = ("name", "host", "provider__name")

    provider = django_filters.ModelChoiceFilter(queryset=visible(Provider), label=_("provider"))

    class Meta:
        model = Gateway
        fields = ("q", "provider", "authentication", "transport", "enabled")


class RouteFilterSet(EntityFilterSet):
    """Filters of the list of routes."""

    search_fields = ("name", "pattern")

    gateway = django_filters.ModelChoiceFilter(
        field_name="steps__gateway", queryset=visible(Gateway), label=_("gateway"), distinct=True
    )
    customers = django_filters.ModelChoiceFilter(
        field_name="customers", queryset=visible(Customer), label=_("customer"), distinct=True
    )

    class Meta:
        model = Route
        fields = ("q", "gateway", "customers", "enabled")
