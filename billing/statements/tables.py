"""The list of statements: its table, its filters, and the forms of issue and cancellation."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH
from billing.models import Statement
from billing.statements.amounts import places_of
from customers.models import Customer
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.tables.entity_table import BadgeColumn, CurrencyColumn, EntityTable, LinkColumn, RelatedColumn
from voipadmin.core.text.decimals import format_money
from voipadmin.core.validators import validate_text

DAY = {"type": "date"}


class CoinColumn(tables.Column):
    """An amount with as many decimals as its currency has coins for."""

    attrs = {"td": {"class": "num"}, "th": {"class": "num"}}

    def render(self, value: Any, record: Any = None) -> str:
        """Draw it; what is being prepared has none yet."""
        return "—" if record.number is None else format_money(value, record.currency, places_of(record.currency))

    def value(self, value: Any, record: Any = None) -> Any:
        """Export the figure."""
        return None if record.number is None else value


class StatementTable(EntityTable):
    """The list of statements."""

    number = LinkColumn(accessor="label", order_by=("series", "number"))
    account = RelatedColumn(order_by="account__customer__code", verbose_name=_("customer"))
    status = BadgeColumn()
    first_day = tables.DateColumn(short=True)
    last_day = tables.DateColumn(short=True)
    due_day = tables.DateColumn(short=True)
    amount = CoinColumn()
    payable = CoinColumn()
    currency = CurrencyColumn()

    class Meta(EntityTable.Meta):
        model = Statement


class StatementFilterSet(EntityFilterSet):
    """Filters of the list of statements."""

    search_fields = ("account__customer__code", "account__customer__name", "series")

    customer = django_filters.ModelChoiceFilter(
        field_name="account__customer", queryset=visible(Customer), label=_("customer")
    )
    account = django_filters.UUIDFilter(field_name="account", widget=forms.HiddenInput)
    since = django_filters.DateFilter(
        field_name="last_day", lookup_expr="gte", label=_("from day"), validators=DAYS_WITHIN_REACH,
        widget=forms.DateInput(DAY, "%Y-%m-%d"),
    )  # fmt: skip
    until = django_filters.DateFilter(
        field_name="last_day", lookup_expr="lte", label=_("to day"), validators=DAYS_WITHIN_REACH,
        widget=forms.DateInput(DAY, "%Y-%m-%d"),
    )  # fmt: skip

    class Meta:
        model = Statement
        fields = ("q", "customer", "status", "since", "until")

    def search(self, queryset: Any, _name: str, value: str) -> Any:
        """Look for a customer, or for a number such as A-000123 or 123."""
        digits = value.rpartition("-")[2].strip()
        if digits.isascii() and digits.isdecimal() and len(digits) <= 9:  # noqa: PLR2004 - what a number has room for
            return queryset.filter(number=int(digits))
        return super().search(queryset, _name, value)


class IssueForm(PanelForm):
    """The period of a statement; where there was one before, only its end is asked for."""

    first_day = forms.DateField(
        label=_("from day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("to day"),
        validators=DAYS_WITHIN_REACH,
        widget=forms.DateInput(DAY, "%Y-%m-%d"),
        help_text=_("It has to be over. What comes later for these days goes to the next statement."),
    )


class IssueAllForm(PanelForm):
    """Until when the statements of all accounts are issued."""

    last_day = forms.DateField(
        label=_("to day"),
        validators=DAYS_WITHIN_REACH,
        widget=forms.DateInput(DAY, "%Y-%m-%d"),
        help_text=_("It has to be over. What comes later for these days goes to the next statement."),
    )


class MailForm(PanelForm):
    """Where a statement is sent to."""

    recipient = forms.EmailField(label=_("recipient"))


class CancelForm(PanelForm):
    """Why a statement is cancelled."""

    reason = forms.CharField(
        label=_("reason"), max_length=200, validators=[validate_text], help_text=_("It is kept with the statement.")
    )
