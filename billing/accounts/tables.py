"""Tables of accounts and of their ledgers."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.fee_descriptions import fee_in_words
from billing.models import Account, AccountKind, Cdr, Direction, EntryKind, LedgerEntry
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    CurrencyColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    RelatedColumn,
    TimeColumn,
    format_duration,
)
from voipadmin.core.tables.links import grouped_number, number_link

PRICE_PLACES = 4


def _number_of(call: Cdr) -> Any:
    """Return the number that was called, or the caller of a call that came in."""
    return grouped_number(call.src if call.direction == Direction.INBOUND else call.called_as_shown)


class MarkedColumn(MoneyColumn):
    """An amount that is marked where `is_wrong` tells so of its account; a debt that was agreed is nothing wrong."""

    def __init__(self, *args: Any, is_wrong: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_wrong = is_wrong

    def render(self, value: Any, record: Any = None) -> Any:
        """Draw the amount."""
        amount = self.written(value, record)
        return format_html('<span class="nowrap text-bad">{}</span>', amount) if self.is_wrong(record) else amount


def owes_prepaid(account: Any) -> bool:
    """Tell whether a customer that pays before it calls owes money all the same."""
    return bool(account.kind == AccountKind.PREPAID and account.balance < 0)


def is_refused_calls(account: Any) -> bool:
    """Tell whether new calls are refused because nothing is left; a limit that is not enforced refuses none."""
    asks = account.limits_credit or account.kind == AccountKind.PREPAID
    return bool(asks and account.available <= 0)


class AccountTable(EntityTable):
    """The list of accounts."""

    customer = LinkColumn(order_by="customer__code")
    kind = BadgeColumn()
    plan = RelatedColumn(order_by="plan__name")
    balance = MarkedColumn(is_wrong=owes_prepaid)
    credit_limit = MoneyColumn()
    held = MoneyColumn(verbose_name=gettext_lazy("held by live calls"))
    available = MarkedColumn(is_wrong=is_refused_calls, verbose_name=gettext_lazy("available"))
    currency = CurrencyColumn()
    blocked_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = Account


class LedgerTable(EntityTable):
    """A part of a ledger, the newest first; its order is that of the index."""

    # A page of the ledger is a list, which has no names for its columns.
    happened_at = TimeColumn(verbose_name=gettext_lazy("on"))
    kind = tables.Column(verbose_name=gettext_lazy("kind"))
    description = tables.Column(
        verbose_name=gettext_lazy("description"), empty_values=(), attrs={"td": {"class": "wrap"}}
    )
    actor = tables.Column(verbose_name=gettext_lazy("by"))
    amount = MoneyColumn(verbose_name=gettext_lazy("amount"), places=PRICE_PLACES)
    currency = CurrencyColumn(verbose_name=gettext_lazy("currency"))
    reversal = tables.Column(empty_values=(), verbose_name="", exclude_from_export=True)

    class Meta(EntityTable.Meta):
        model = LedgerEntry
        orderable = False

    def __init__(self, *args: Any, calls: Mapping[UUID, Cdr] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls = calls or {}

    def render_description(self, value: str, record: Any) -> Any:
        """Write what the entry says; of a call, its number and length, leading to its page."""
        call = self.calls.get(record.cdr_id)
        number, rest = fee_in_words(value) if record.kind == EntryKind.MONTHLY_FEE else ("", value)
        if number:
            return format_html('{} <span class="tabular nowrap">· {}</span>', number_link(number), rest)
        if call is None:
            return value or "—"
        text = format_html('<a class="quiet-link" href="{}">{}</a>', call.get_absolute_url(), _number_of(call))
        length = format_duration(call.billable_seconds or 0)
        said = format_html(' <span class="muted">· {}</span>', value) if value else ""
        return format_html('{} <span class="tabular nowrap">· {}</span>{}', text, length, said)

    def value_description(self, value: str) -> str:
        """Export what the entry says."""
        return value

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
