"""Filters of conferences and their sessions."""

from typing import Any

import django_filters
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Conference, ConferenceSession, EndReason, Repeat
from customers.models import Customer
from voipadmin.core.forms.filter_set import EntityFilterSet, visible


class ConferenceFilterSet(EntityFilterSet):
    """Filters of the list of conferences."""

    search_fields = ("name", "customer__code", "customer__name")

    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))
    repeats = django_filters.ChoiceFilter(choices=Repeat.choices, label=_("repeats"))
    goes_on = django_filters.BooleanFilter(method="filter_going_on", label=_("goes on"))

    # By the related list of a number's page alone: all numbers would be too many to choose from.
    dial_in = django_filters.UUIDFilter(field_name="dial_in", widget=HiddenInput)

    class Meta:
        model = Conference
        fields = ("q", "customer", "repeats", "goes_on", "dial_in")

    def filter_going_on(self, queryset: Any, _name: str, value: bool) -> Any:
        """Keep those that go on, or those that do not."""
        going_on = ConferenceSession.objects.current().values("conference")
        return queryset.filter(pk__in=going_on) if value else queryset.exclude(pk__in=going_on)


class SessionFilterSet(EntityFilterSet):
    """Filters of the list of sessions."""

    search_fields = ("conference__name", "conference__customer__code")

    conference = django_filters.ModelChoiceFilter(queryset=visible(Conference), label=_("conference"))
    end_reason = django_filters.ChoiceFilter(choices=EndReason.choices, label=_("ended because"))

    class Meta:
        model = ConferenceSession
        fields = ("q", "conference", "end_reason")
