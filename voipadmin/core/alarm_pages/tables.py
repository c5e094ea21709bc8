"""The lists of alarms and of silences."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import kind_name, kind_of
from voipadmin.core.alarms.queries import text_of
from voipadmin.core.models import Alarm, AlarmSilence
from voipadmin.core.tables.badges import badge, icon
from voipadmin.core.tables.entity_table import EntityTable, LinkColumn, NumberColumn, TimeColumn
from voipadmin.core.tables.links import page_of

SEVERE, MINOR = _("Severe"), _("Minor")


def scope_of(silence: AlarmSilence) -> str:
    """Return which alarms a silence is meant for, in words; its row comes from `with_details`."""
    if not silence.kind:
        return str(_("Every alarm"))
    name = kind_name(silence.kind)
    if silence.subject is None:
        return name
    if silence.details is None:  # type: ignore[attr-defined]  # `with_details` adds it
        return f"{name}: {silence.subject or '—'}"
    return text_of(Alarm(kind=silence.kind, subject=silence.subject, details=silence.details))  # type: ignore[attr-defined]


class SentenceColumn(tables.Column):
    """An alarm's sentence, leading to its page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "wrap cell-main"}}, **kwargs})

    def render(self, record: Any) -> Any:
        """Draw icon and link."""
        link = format_html('<a class="row-link" href="{}">{}</a>', page_of(record), text_of(record))
        return format_html('<span class="alarm-text">{}{}</span>', icon(kind_of(record).icon), link)

    def value(self, record: Any) -> str:
        """Export the sentence."""
        return text_of(record)


class AlarmTable(EntityTable):
    """The list of alarms."""

    state = tables.Column(orderable=False, verbose_name=_("state"))
    severity = tables.Column(accessor="kind", orderable=False, verbose_name=_("severity"))
    sentence = SentenceColumn(accessor="kind", orderable=False, verbose_name=_("alarm"))
    opened_at = TimeColumn()
    count = NumberColumn()
    acknowledged_by = tables.Column(
        verbose_name=_("acknowledged by"), attrs={"td": {"class": "wide-only"}, "th": {"class": "wide-only"}}
    )
    closed_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = Alarm

    def render_state(self, record: Any) -> Any:
        """Draw the state."""
        return badge(f"alarm_{record.state}", record.state.label)

    def value_state(self, record: Any) -> str:
        """Export the state."""
        return str(record.state.label)

    def render_severity(self, record: Any) -> Any:
        """Draw the severity."""
        is_severe = kind_of(record).is_severe
        return badge("alarm_severe" if is_severe else "alarm_minor", SEVERE if is_severe else MINOR)

    def value_severity(self, record: Any) -> str:
        """Export the severity."""
        return str(SEVERE if kind_of(record).is_severe else MINOR)


class AlarmSilenceTable(EntityTable):
    """The list of silences."""

    created_at = LinkColumn(verbose_name=_("since"), label=scope_of)
    kind = tables.Column(orderable=False, empty_values=(), verbose_name=_("state"))
    until = TimeColumn()
    actor = tables.Column()
    reason = tables.Column()
    ended_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = AlarmSilence

    def render_kind(self, record: Any) -> Any:
        """Draw whether it holds."""
        return badge("alarm_silenced", _("Holds")) if record.holds else badge("alarm_closed", _("Ended"))

    def value_kind(self, record: Any) -> str:
        """Export whether it holds."""
        return str(_("Holds") if record.holds else _("Ended"))
