"""Tables of providers, gateways and routes."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from routing.models import Gateway, Provider, Route
from voipadmin.core.tables.entity_table import (
    CurrencyColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    MonoColumn,
    NumberColumn,
    RelatedColumn,
    YesNoColumn,
    first_of,
)


class ProviderTable(EntityTable):
    """The list of providers."""

    name = LinkColumn()
    type = tables.Column()
    gateway_count = NumberColumn(verbose_name=_("gateways"))
    did_count = NumberColumn(verbose_name=_("numbers"))
    cost_per_minute = MoneyColumn(places=4)
    currency = CurrencyColumn()

    class Meta(EntityTable.Meta):
        model = Provider


class GatewayTable(EntityTable):
    """The list of gateways; secrets have no column."""

    name = LinkColumn(mono=True)
    provider = RelatedColumn(order_by="provider__name")
    host = MonoColumn()
    port = NumberColumn(attrs={"th": {"class": "num"}, "td": {"class": "num mono"}})
    transport = tables.Column()
    authentication = tables.Column()
    codecs = MonoColumn(orderable=False, attrs={"th": {"class": "wide-only"}, "td": {"class": "mono wide-only"}})
    channel_limit = NumberColumn(verbose_name=_("channels"))
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Gateway

    def render_port(self, value: int) -> str:
        """Write the port without a thousands separator."""
        return str(value)


class RouteTable(EntityTable):
    """The list of routes."""

    priority = NumberColumn()
    name = LinkColumn()
    pattern = MonoColumn()
    gateways = tables.Column(
        empty_values=(), orderable=False, verbose_name=_("gateways"), attrs={"td": {"class": "wrap"}}
    )
    selection = tables.Column(verbose_name=_("tried"))
    customers = tables.Column(empty_values=(), orderable=False, verbose_name=_("for"))
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Route

    def render_gateways(self, record: Any) -> str:
        """Write the gateways in their order."""
        return " → ".join(step.gateway.name for step in record.steps.all()) or "—"

    def value_gateways(self, record: Any) -> str:
        """Export the gateways in their order."""
        return " ".join(step.gateway.name for step in record.steps.all())

    def render_customers(self, record: Any) -> Any:
        """Write whom the route is for."""
        return first_of([customer.code for customer in record.customers.all()]) or _("All")

    def value_customers(self, record: Any) -> str:
        """Export whom the route is for."""
        return " ".join(customer.code for customer in record.customers.all())
