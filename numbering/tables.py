"""Tables of numbers and of their allocations."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from numbering.models import DID, DIDAllocation
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    PhoneColumn,
    RelatedColumn,
    TimeColumn,
)
from voipadmin.core.tables.links import grouped_number, number_link


class DIDTable(EntityTable):
    """The inventory of numbers."""

    number = LinkColumn(mono=True, label=lambda did: grouped_number(did.number))
    status = BadgeColumn()
    current_customer = tables.Column(verbose_name=_("customer"), empty_values=(), orderable=False)
    current_destination = tables.Column(verbose_name=_("goes to"), empty_values=(), orderable=False)
    provider = RelatedColumn(order_by="provider__name")
    gateway = RelatedColumn(order_by="gateway__name")
    monthly_cost = MoneyColumn(currency="provider__currency")

    class Meta(EntityTable.Meta):
        model = DID

    def render_current_customer(self, record: Any) -> Any:
        """Link the customer that has the number now."""
        if not record.in_force:
            return "—"
        customer = record.in_force[0].customer
        return format_html('<a class="quiet-link" href="{}">{}</a>', customer.get_absolute_url(), customer)

    def value_current_customer(self, record: Any) -> str:
        """Export the code of the customer that has the number now."""
        return record.in_force[0].customer.code if record.in_force else ""

    def render_current_destination(self, record: Any) -> Any:
        """Write where the number's calls go."""
        return number_link(record.in_force[0].destination) if record.in_force else "—"

    def value_current_destination(self, record: Any) -> str:
        """Export where the number's calls go."""
        return record.in_force[0].destination if record.in_force else ""


class AllocationTable(EntityTable):
    """Who had a number, and when."""

    did = RelatedColumn(verbose_name=_("number"), order_by="did__number", attrs={"td": {"class": "cell-main"}})
    customer = RelatedColumn(order_by="customer__code")
    destination_type = tables.Column()
    destination = PhoneColumn(orderable=False, verbose_name=_("goes to"))
    starts_at = TimeColumn()
    ends_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = DIDAllocation
