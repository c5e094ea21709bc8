"""Tables of tariffs and calls."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import NEEDS_A_TARIFF, Cdr, Tariff
from voipadmin.core.badges import badge
from voipadmin.core.tables import (
    BadgeColumn,
    DurationColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    MonoColumn,
    NumberColumn,
    RelatedColumn,
    TimeColumn,
    format_amount,
    format_moment,
)


class MarginColumn(MoneyColumn):
    """A margin; a loss is flagged."""

    def render(self, value: Any) -> Any:
        """Draw the amount, and a word beside a loss."""
        amount = format_amount(value, self.places)
        return (
            format_html('<span class="nowrap">{} {}</span>', badge("loss", _("Loss")), amount) if value < 0 else amount
        )


class TariffTable(EntityTable):
    """The list of tariffs."""

    pattern = LinkColumn(mono=True)
    name = tables.Column()
    plan = RelatedColumn(order_by="plan__name", default=gettext_lazy("everybody"))
    origin_prefix = MonoColumn()
    window = RelatedColumn(order_by="window__name")
    price_per_minute = MoneyColumn(
        accessor="price_of_a_minute", order_by="price_per_minute", places=4, verbose_name=gettext_lazy("price/min")
    )
    cost_per_minute = MoneyColumn(places=4, verbose_name=gettext_lazy("cost/min"), default=gettext_lazy("provider’s"))
    margin = MarginColumn(
        accessor="margin_per_minute", order_by="margin_now", places=4, verbose_name=gettext_lazy("margin/min")
    )
    margin_percent = NumberColumn(
        verbose_name="%", orderable=False, attrs={"th": {"class": "num wide-only"}, "td": {"class": "num wide-only"}}
    )
    blocks = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=gettext_lazy("blocks"),
        attrs={"th": {"class": "wide-only"}, "td": {"class": "tabular wide-only"}},
    )
    currency = tables.Column()
    effective_from = TimeColumn()
    effective_until = TimeColumn(attrs={"th": {"class": "wide-only"}, "td": {"class": "nowrap tabular wide-only"}})

    class Meta(EntityTable.Meta):
        model = Tariff
        fields = (
            "pattern", "name", "plan", "origin_prefix", "window", "price_per_minute", "cost_per_minute", "margin",
            "margin_percent", "blocks", "currency", "effective_from", "effective_until",
        )  # fmt: skip

    def render_margin_percent(self, value: Decimal) -> str:
        """Write the percentage with one decimal."""
        return format_amount(value.quantize(Decimal("0.1")), 1)

    def render_blocks(self, record: Any) -> str:
        """Write initial block, increment and free seconds as carriers do: 30/6, free to 3 s; bands as they are."""
        blocks = f"{record.initial_block_seconds}/{record.increment_seconds}/{record.free_seconds}"
        return record.bands or blocks


class CdrTable(EntityTable):
    """The list of calls, one row per call."""

    started_at = TimeColumn(
        verbose_name=gettext_lazy("start"),
        attrs={"td": {"class": "cell-main nowrap tabular"}},
    )
    direction = BadgeColumn()
    src = MonoColumn()
    dialled = MonoColumn(verbose_name=gettext_lazy("to"), empty_values=())
    customer = RelatedColumn(order_by="customer__code", shown="code")
    gateway = RelatedColumn(
        order_by="gateway__name", attrs={"th": {"class": "wide-only"}, "td": {"class": "wide-only"}}
    )
    disposition = BadgeColumn(verbose_name=gettext_lazy("result"))
    billable_seconds = DurationColumn(verbose_name=gettext_lazy("talk"))
    price = MoneyColumn(empty_values=(), places=4)
    cost = MoneyColumn(places=4)
    margin = MarginColumn(places=4)

    class Meta(EntityTable.Meta):
        model = Cdr
        fields = (
            "started_at", "direction", "src", "dialled", "customer", "gateway", "disposition", "billable_seconds",
            "price", "cost", "margin",
        )  # fmt: skip

    def render_started_at(self, record: Any) -> Any:
        """Link the moment to the call's page."""
        moment = format_moment(record.started_at)
        return format_html('<a class="row-link" href="{}">{}</a>', record.get_absolute_url(), moment)

    def value_started_at(self, record: Any) -> str:
        """Export ISO 8601."""
        return str(record.started_at.isoformat())

    def render_dialled(self, record: Any) -> str:
        """Write the normalised number, or what was dialled."""
        return str(record.dialled or record.dst)

    def render_price(self, record: Any) -> Any:
        """Write the price, or that there should be one."""
        if record.price is not None:
            return format_amount(record.price, 4)
        return badge("pending", _("Unrated")) if record.unrated_reason in NEEDS_A_TARIFF else "—"

    def value_price(self, record: Any) -> Any:
        """Export the bare price."""
        return record.price
