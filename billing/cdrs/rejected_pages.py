"""Pages of rejected records: the spool lines that could not become records, each of which can be imported again."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.cdrs.services import replay_rejected
from billing.models import RejectedRecord
from voipadmin.core.errors import DomainError
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.tables.entity_table import EntityTable, LinkColumn, MonoColumn, TimeColumn


class RejectedRecordTable(EntityTable):
    """The list of rejected records."""

    created_at = TimeColumn(verbose_name=gettext_lazy("kept aside at"))
    reason = LinkColumn()
    detail = tables.Column()
    node_name = tables.Column()
    path = MonoColumn(verbose_name=gettext_lazy("file"))
    offset = tables.Column(verbose_name=gettext_lazy("byte"))

    class Meta(EntityTable.Meta):
        model = RejectedRecord


class RejectedRecordFilterSet(EntityFilterSet):
    """Filters of the list of rejected records."""

    search_fields = ("path", "detail", "node_name")

    node_name = django_filters.CharFilter(label=gettext_lazy("node"))

    class Meta:
        model = RejectedRecord
        fields = ("q", "reason", "node_name")


REJECTED_RECORDS = Entity(
    model=RejectedRecord,
    table=RejectedRecordTable,
    filterset=RejectedRecordFilterSet,
    delete=None,
    icon="triangle-alert",
    intro=gettext_lazy(
        "Lines of call record files that could not become records. Nothing is lost: each can be tried again."
    ),
    empty_hint=gettext_lazy("Every line that was read became a record."),
    groups=(
        FieldGroup(gettext_lazy("Why"), ("reason", "detail", "created_at")),
        FieldGroup(gettext_lazy("Where"), ("node_name", "path", "offset")),
        FieldGroup(gettext_lazy("Line"), ("text",)),
    ),
    synced=False,
    actions_template="billing/rejectedrecord/actions.html",
    list_actions_template="billing/rejectedrecord/list_actions.html",
)


class TryAgainView(ButtonView[RejectedRecord]):
    """Imports one line again; an accepted one is deleted from the list."""

    entity = REJECTED_RECORDS

    def perform(self, instance: RejectedRecord) -> str:
        """Import it."""
        if replay_rejected(records=[instance]).still_rejected:
            raise DomainError(_("The line is still refused."))
        return _("The line is a record now, or was one already.")

    def back_url(self, instance: RejectedRecord) -> str:
        """Return the line's page, or the list where the line was accepted."""
        return super().back_url(instance) if instance.pk else self.entity.url("list")
