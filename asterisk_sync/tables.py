"""Tables of nodes, runs and generations."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Generation, Node, SyncRun
from asterisk_sync.models.run import TRIGGERS
from voipadmin.core.badges import badge
from voipadmin.core.tables import (
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
    desired_generation = NumberColumn(verbose_name=_("wanted"))
    applied_generation = NumberColumn(verbose_name=_("applied"))
    host = MonoColumn()
    last_seen_at = TimeColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Node
        fields = (
            "name", "state", "reason", "desired_generation", "applied_generation", "host", "last_seen_at", "enabled",
        )  # fmt: skip


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
        fields = ("created_at", "node", "outcome", "wanted_generation", "took", "trigger", "reason")

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
    """The sets that were written for a node."""

    number = LinkColumn(mono=True)
    node = tables.Column()
    accepted = tables.Column(accessor="accepted_at", verbose_name=_("Asterisk"), empty_values=(), orderable=False)
    created_at = TimeColumn()
    content_hash = MonoColumn(orderable=False)

    class Meta(EntityTable.Meta):
        model = Generation
        fields = ("number", "node", "accepted", "created_at", "content_hash")

    def render_accepted(self, value: Any) -> Any:
        """Draw whether Asterisk took the set."""
        return badge("applied", _("Accepted")) if value else badge("refused", _("Refused"))

    def value_accepted(self, value: Any) -> bool:
        """Export whether Asterisk took the set."""
        return bool(value)

    def render_content_hash(self, value: str) -> str:
        """Write the beginning of the hash."""
        return value[:12]
