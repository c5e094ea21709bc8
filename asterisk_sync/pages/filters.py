"""Filters of nodes, runs, generations and drift."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import DriftFinding, Generation, Node, Settlement, SyncRun
from voipadmin.core.forms.filter_set import EntityFilterSet, visible


class NodeFilterSet(EntityFilterSet):
    """Filters of the list of nodes."""

    search_fields = ("name", "host", "reason")

    class Meta:
        model = Node
        fields = ("q", "state", "mode", "enabled")


class RunFilterSet(EntityFilterSet):
    """Filters of the runs."""

    search_fields = ("reason", "diff")

    node = django_filters.ModelChoiceFilter(queryset=visible(Node), label=_("node"))

    class Meta:
        model = SyncRun
        fields = ("q", "node", "outcome")


class GenerationFilterSet(EntityFilterSet):
    """Filters of the generations."""

    search_fields = ("content_hash", "refused_reason")

    node = django_filters.ModelChoiceFilter(queryset=visible(Node), label=_("node"))

    class Meta:
        model = Generation
        fields = ("q", "node", "status")


class DriftFilterSet(EntityFilterSet):
    """Filters of what was found on nodes."""

    search_fields = ("subject", "detail", "settled_by")

    OPEN = "open"

    node = django_filters.ModelChoiceFilter(queryset=visible(Node), label=_("node"))
    settlement = django_filters.ChoiceFilter(
        method="settled", label=_("settled"), choices=[(OPEN, _("Open")), *Settlement.choices]
    )

    class Meta:
        model = DriftFinding
        fields = ("q", "node", "kind")

    def settled(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep what was settled so; what is open has no settlement."""
        return queryset.filter(settlement="" if value == self.OPEN else value)
