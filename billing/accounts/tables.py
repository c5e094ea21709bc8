"""Tables of accounts and of their ledgers."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Account, EntryKind, LedgerEntry
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    RelatedColumn,
    TimeColumn,
    format_amount,
)


class BalanceColumn(MoneyColumn):
    """An amount that may be below zero."""

    def render(self, value: Any) -> Any:
        """Draw the amount, marked where it is below zero."""
        amount = format_amount(value, self.places)
        return format_html('<span class="nowrap text-bad">{}</span>', amount) if value < 0 else amount


class AccountTable(EntityTable):
    """The list of accounts."""

    customer = LinkColumn(order_by="customer__code")
    kind = BadgeColumn()
    plan = RelatedColumn(order_by="plan__name")
    balance = BalanceColumn()
    credit_limit = MoneyColumn()
    held = MoneyColumn(verbose_name=gettext_lazy("held by live calls"))
    available = BalanceColumn(verbose_name=gettext_lazy("available"))
    currency = tables.Column()
    blocked_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = Account


class LedgerTable(EntityTable):
    """A part of a ledger, the newest first; its order is that of the index."""

    # A page of the ledger is a list, which has no names for its columns.
    happened_at = TimeColumn(verbose_name=gettext_lazy("on"))
    kind = tables.Column(verbose_name=gettext_lazy("kind"))
    description = tables.Column(verbose_name=gettext_lazy("description"))
    actor = tables.Column(verbose_name=gettext_lazy("by"))
    amount = BalanceColumn(verbose_name=gettext_lazy("amount"))
    currency = tables.Column(verbose_name=gettext_lazy("currency"))
    reversal = tables.Column(empty_values=(), verbose_name="", exclude_from_export=True)

    class Meta(EntityTable.Meta):
        model = LedgerEntry
        orderable = False

    def render_reversal(self, record: Any) -> Any:
        """Say that an entry was taken back, or offer to do it."""
        if record.is_reversed:
            return badge("rolled_back", _("Reversed"))
        if record.kind == EntryKind.REVERSAL:
            return ""
        address = reverse("billing:account_reverse", args=[record.account_id, record.pk])
        return format_html('<a class="quiet-link" href="{}">{}</a>', address, _("Reverse"))

    def value_kind(self, record: Any) -> str:
        """Export the word."""
        return str(record.get_kind_display())
