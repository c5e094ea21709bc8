"""Tables of conferences and their sessions."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Conference, ConferenceSession
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    DurationColumn,
    EntityTable,
    LinkColumn,
    NumberColumn,
    RelatedColumn,
    TimeColumn,
    format_moment,
)


class ConferenceTable(EntityTable):
    """The list of conferences; the PIN has no column."""

    name = LinkColumn()
    customer = RelatedColumn(order_by="customer__code", shown="code")
    goes_on = tables.Column(verbose_name=_("state"), orderable=False)
    participant_count = NumberColumn(verbose_name=_("participants"))
    dial_in = RelatedColumn(order_by="dial_in__number")
    next_at = TimeColumn()
    repeats = tables.Column()
    last_at = TimeColumn(verbose_name=_("last held"))

    class Meta(EntityTable.Meta):
        model = Conference

    def render_goes_on(self, value: bool) -> Any:
        """Draw whether it goes on now."""
        return badge("going_on", _("Goes on")) if value else "—"

    def value_goes_on(self, value: bool) -> bool:
        """Export the truth value."""
        return value


class SessionTable(EntityTable):
    """The list of sessions."""

    created_at = LinkColumn(verbose_name=_("started"), label=lambda session: format_moment(session.created_at))
    conference = RelatedColumn(order_by="conference__name")
    state = tables.Column(accessor="end_reason", empty_values=(), verbose_name=_("state"))
    leg_count = NumberColumn(verbose_name=_("calls"))
    joined_count = NumberColumn(verbose_name=_("joined"))
    lasted = DurationColumn(verbose_name=_("duration"), orderable=False)
    node = tables.Column()
    started_by = tables.Column()

    class Meta(EntityTable.Meta):
        model = ConferenceSession

    def render_state(self, record: Any) -> Any:
        """Draw why it is over, or that it goes on."""
        if record.ended_at is None:
            return badge("going_on", _("Goes on"))
        return badge("over", record.get_end_reason_display())

    def value_state(self, record: Any) -> str:
        """Export it in words."""
        return str(record.get_end_reason_display() or _("Goes on"))
