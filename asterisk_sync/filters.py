"""Filters of nodes, runs and generations."""

import django_filters
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Generation, Node, SyncRun
from voipadmin.core.filters import EntityFilterSet, visible


class NodeFilterSet(EntityFilterSet):
    """Filters of the list of nodes."""

    search_fields = ("name", "host", "reason")

    class Meta:
        model = Node
        fields = ("q", "state", "enabled")


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
        fields = ("q", "node")
