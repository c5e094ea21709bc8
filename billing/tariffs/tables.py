"""The list of tariffs."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Tariff
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    CurrencyColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    MonoColumn,
    NumberColumn,
    RelatedColumn,
    TimeColumn,
)
from voipadmin.core.text.decimals import format_fixed


class MarginColumn(MoneyColumn):
    """A margin; a loss is flagged."""

    def render(self, value: Any, record: Any = None) -> Any:
        """Draw the amount, and a word beside a loss."""
        amount = self.written(value, record)
        return (
            format_html('<span class="nowrap">{} {}</span>', badge("loss", _("Loss")), amount) if value < 0 else amount
        )


class TariffTable(EntityTable):
    """The list of tariffs."""

    pattern = LinkColumn(mono=True)
    matches = tables.Column(attrs={"th": {"class": "wide-only"}, "td": {"class": "wide-only"}})
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
    currency = CurrencyColumn()
    effective_from = TimeColumn()
    effective_until = TimeColumn(attrs={"th": {"class": "wide-only"}, "td": {"class": "nowrap tabular wide-only"}})

    class Meta(EntityTable.Meta):
        model = Tariff

    def render_margin_percent(self, value: Decimal) -> str:
        """Write the percentage with one decimal."""
        return format_fixed(value, 1)

    def render_blocks(self, record: Any) -> str:
        """Write initial block, increment and free seconds as carriers do: 30/6, free to 3 s; bands as they are."""
        blocks = f"{record.initial_block_seconds}/{record.increment_seconds}/{record.free_seconds}"
        return record.bands or blocks
