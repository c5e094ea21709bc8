"""What the lists of alarms and of silences can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import kind_choices, severe_codes
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.models import Alarm, AlarmSilence, AlarmState

NOT_CLOSED = "current"


class AlarmFilterSet(EntityFilterSet):
    """Filters of the list of alarms; the search box looks into what their sentences name."""

    search_fields = ("details", "subject", "kind")

    state = django_filters.ChoiceFilter(
        label=_("state"), choices=[(NOT_CLOSED, _("Not closed")), *AlarmState.choices], method="in_state"
    )
    severity = django_filters.ChoiceFilter(
        label=_("severity"), choices=[("severe", _("Severe")), ("minor", _("Minor"))], method="of_severity"
    )
    kind = django_filters.ChoiceFilter(label=_("kind"), choices=kind_choices)
    opened_from = django_filters.DateFilter(
        "opened_at", "date__gte", label=_("opened from"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    opened_until = django_filters.DateFilter(
        "opened_at", "date__lte", label=_("opened until"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    class Meta:
        model = Alarm
        fields = ("q", "state", "severity", "kind", "opened_from", "opened_until")

    def in_state(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the alarms of a state."""
        return queryset.filter(closed_at=None) if value == NOT_CLOSED else queryset.in_state(value)

    def of_severity(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the severe ones, or the others."""
        severe = severe_codes()
        return queryset.filter(kind__in=severe) if value == "severe" else queryset.exclude(kind__in=severe)


class AlarmSilenceFilterSet(EntityFilterSet):
    """Filters of the list of silences."""

    search_fields = ("reason", "actor", "kind", "subject")

    kind = django_filters.ChoiceFilter(label=_("kind"), choices=kind_choices)
    holds = django_filters.ChoiceFilter(
        label=_("state"), choices=[("yes", _("Holds")), ("no", _("Ended"))], method="holding"
    )

    class Meta:
        model = AlarmSilence
        fields = ("q", "kind", "holds")

    def holding(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep those that hold now, or those that have ended."""
        now = timezone.now()
        holding = queryset.filter(ended_at=None, until__gt=now)
        return holding if value == "yes" else queryset.exclude(pk__in=holding.values("pk"))
