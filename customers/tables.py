"""Tables of customers and extensions."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Extension
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    MonoColumn,
    NumberColumn,
    PhoneColumn,
    RelatedColumn,
    YesNoColumn,
    first_of,
)


class CustomerTable(EntityTable):
    """The list of customers."""

    code = LinkColumn(mono=True)
    name = tables.Column()
    type = tables.Column()
    status = BadgeColumn()
    addresses = MonoColumn(verbose_name=_("addresses"), orderable=False, empty_values=())
    extension_count = NumberColumn(verbose_name=_("extensions"))
    channel_limit = NumberColumn(verbose_name=_("channels"))
    calls_per_second = NumberColumn(verbose_name=_("calls/s"))

    class Meta(EntityTable.Meta):
        model = Customer

    def render_addresses(self, record: Any) -> str:
        """Write the first addresses of a trunk, and how many more there are."""
        return first_of([str(address.network) for address in record.trunk_addresses.all()]) or "—"

    def value_addresses(self, record: Any) -> str:
        """Export every address."""
        return " ".join(str(address.network) for address in record.trunk_addresses.all())


class ExtensionTable(EntityTable):
    """The list of extensions; secrets have no column."""

    number = LinkColumn(mono=True)
    customer = RelatedColumn(order_by="customer__code")
    sip_username = MonoColumn()
    caller_id_name = tables.Column()
    caller_id_number = PhoneColumn()
    forward_to = PhoneColumn()
    max_contacts = NumberColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Extension
