"""The list of calls."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import NEEDS_A_TARIFF, Cdr, UnratedReason
from billing.tariffs.tables import MarginColumn
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    DurationColumn,
    EntityTable,
    MoneyColumn,
    PhoneColumn,
    RelatedColumn,
    TimeColumn,
    format_moment,
)
from voipadmin.core.tables.links import grouped_number, number_link


class CdrTable(EntityTable):
    """The list of calls, one row per call."""

    started_at = TimeColumn(
        verbose_name=gettext_lazy("start"),
        attrs={"td": {"class": "cell-main nowrap tabular"}},
    )
    # Only what `billing.cdrs.search.orders` can order by: any other order would read all calls first.
    direction = BadgeColumn(orderable=False)
    src = PhoneColumn(orderable=False)
    dialled = PhoneColumn(verbose_name=gettext_lazy("to"), empty_values=(), orderable=False)
    customer = RelatedColumn(shown="code", orderable=False)
    gateway = RelatedColumn(orderable=False, attrs={"th": {"class": "wide-only"}, "td": {"class": "wide-only"}})
    disposition = BadgeColumn(verbose_name=gettext_lazy("result"), orderable=False)
    billable_seconds = DurationColumn(verbose_name=gettext_lazy("talk"))
    price = MoneyColumn(empty_values=(), places=4)
    cost = MoneyColumn(places=4, currency="cost_currency")
    margin = MarginColumn(places=4)

    class Meta(EntityTable.Meta):
        model = Cdr

    def render_started_at(self, record: Any) -> Any:
        """Link the moment to the call's page."""
        moment = format_moment(record.started_at)
        return format_html('<a class="row-link" href="{}">{}</a>', record.get_absolute_url(), moment)

    def value_started_at(self, record: Any) -> str:
        """Export ISO 8601."""
        return str(record.started_at.isoformat())

    def render_src(self, record: Any) -> Any:
        """Write the caller: the number that it was read as, where it is one."""
        return number_link(record.caller or record.src)

    def value_src(self, record: Any) -> str:
        """Export the caller as the node recorded it."""
        return str(record.src)

    def value_dialled(self, record: Any) -> str:
        """Export the called number."""
        return str(record.called_as_shown)

    def render_dialled(self, record: Any) -> Any:
        """Write the called number."""
        return number_link(record.called_number or record.called_as_shown, grouped_number(record.called_as_shown))

    def render_price(self, record: Any, column: MoneyColumn) -> Any:
        """Write the price, or that there should be one."""
        if record.price is not None:
            return column.written(record.price, record)
        if record.unrated_reason == UnratedReason.CONTRADICTORY:
            return badge("contradictory", _("Contradictory"))
        return badge("pending", _("Unrated")) if record.unrated_reason in NEEDS_A_TARIFF else "—"

    def value_price(self, record: Any) -> Any:
        """Export the bare price."""
        return record.price
