"""Tables of nodes, runs, generations and drift."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import DriftFinding, Generation, Node, SyncRun
from asterisk_sync.models.run import TRIGGERS
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    MonoColumn,
    NumberColumn,
    TimeColumn,
    YesNoColumn,
    format_moment,
)


def total_milliseconds(run: SyncRun) -> int | None:
    """Return how long a run took, from its first moment to its last."""
    if run.finished_at is None:
        return None
    return round((run.finished_at - run.created_at).total_seconds() * 1000)


class NodeTable(EntityTable):
    """The list of nodes."""

    name = LinkColumn(mono=True)
    state = BadgeColumn()
    reason = tables.Column(attrs={"td": {"class": "wrap"}}, orderable=False)
    mode = tables.Column(orderable=False)
    desired_generation = NumberColumn(verbose_name=_("wanted"))
    applied_generation = NumberColumn(verbose_name=_("applied"))
    host = MonoColumn()
    last_seen_at = TimeColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Node


class RunTable(EntityTable):
    """The runs of the pipeline."""

    created_at = LinkColumn(verbose_name=_("started"), label=lambda run: format_moment(run.created_at))
    node = tables.Column()
    outcome = BadgeColumn()
    wanted_generation = NumberColumn(verbose_name=_("generation"))
    took = NumberColumn(accessor="pk", verbose_name=_("took"), orderable=False)
    trigger = tables.Column()
    reason = tables.Column(attrs={"td": {"class": "wrap"}}, orderable=False)

    class Meta(EntityTable.Meta):
        model = SyncRun

    def render_trigger(self, value: str) -> str:
        """Say what began the run."""
        return str(TRIGGERS.get(value, value))

    def render_took(self, record: Any) -> str:
        """Write the time that the run took."""
        took = total_milliseconds(record)
        return "—" if took is None else f"{took} ms"

    def value_took(self, record: Any) -> int | None:
        """Export milliseconds."""
        return total_milliseconds(record)


class GenerationTable(EntityTable):
    """The sets that were written for a node, wait for somebody, were refused or were found."""

    number = LinkColumn(mono=True)
    node = tables.Column()
    status = BadgeColumn()
    created_at = TimeColumn(verbose_name=_("made"))
    accepted_at = TimeColumn(verbose_name=_("live since"))
    content_hash = MonoColumn(orderable=False)
    compare = tables.Column(accessor="pk", verbose_name=_("difference"), orderable=False, exclude_from_export=True)

    class Meta(EntityTable.Meta):
        model = Generation

    def render_content_hash(self, value: str) -> str:
        """Write the beginning of the hash."""
        return value[:12]

    def render_compare(self, record: Any) -> Any:
        """Lead to the comparison with another set of the node."""
        address = reverse("asterisk_sync:node_compare", args=[record.node_id])
        return format_html('<a class="quiet-link" href="{}?after={}">{}</a>', address, record.pk, _("Compare"))


class DriftTable(EntityTable):
    """What was found on nodes."""

    subject = LinkColumn(mono=True, label=lambda finding: finding.subject or finding.get_kind_display())
    node = tables.Column()
    kind = tables.Column()
    settlement = tables.Column(verbose_name=_("settled"), empty_values=())
    created_at = TimeColumn(verbose_name=_("found"))
    settled_at = TimeColumn()
    settled_by = tables.Column()

    class Meta(EntityTable.Meta):
        model = DriftFinding

    def render_settlement(self, record: Any) -> Any:
        """Draw how it ended, or that it is open."""
        return settlement_badge(record)

    def value_settlement(self, record: Any) -> str:
        """Export the word."""
        return str(record.get_settlement_display())


def settlement_badge(finding: DriftFinding) -> Any:
    """Draw how a finding was settled, or that it is open."""
    return badge(finding.settlement or "unsettled", finding.get_settlement_display() or _("Open"))
