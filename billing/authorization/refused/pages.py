"""Pages of refused calls: whose they were, where they went to, and why they were refused."""

from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, start_of
from billing.models import RefusedCall
from billing.stop_reasons import detail_in_words
from customers.models import Customer
from voipadmin.core.forms.filter_set import EntityFilterSet, search_in, visible
from voipadmin.core.pages import Entity, FieldGroup, Hint
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import (
    EntityTable,
    PhoneColumn,
    RelatedColumn,
    TimeColumn,
    currency_of,
    format_moment,
)
from voipadmin.core.tables.links import number_link

DAY = {"type": "date"}
# By the values of `RefusalReason`, in the order in which the rules are checked.
REASON_LABELS = {
    "inactive": _("Customer not active"),
    "blocked": _("Calls stopped"),
    "country": _("Country not allowed"),
    "high_risk": _("High-risk number"),
    "no_rate": _("No tariff"),
    "currency": _("Other currency"),
    "no_carrier": _("No carrier with a price"),
    "loss": _("Below cost"),
    "velocity": _("Too many calls of a kind"),
    "cap": _("Cap reached"),
    "credit": _("No credit left"),
    "unavailable": _("Could not be asked"),
}


class RefusedCallTable(EntityTable):
    """The list of refused calls."""

    created_at = TimeColumn(verbose_name=_("refused at"), attrs={"td": {"class": "cell-main nowrap tabular"}})
    customer = RelatedColumn(order_by="customer__code", shown="code")
    number = PhoneColumn()
    reason = tables.Column(accessor="shown_reason", verbose_name=_("reason"))
    detail = tables.Column()
    cause = tables.Column(attrs={"td": {"class": "tabular"}})
    node_name = tables.Column()

    class Meta(EntityTable.Meta):
        model = RefusedCall

    def render_created_at(self, record: Any) -> Any:
        """Link the moment to the call's page."""
        address = record.get_absolute_url()
        return format_html('<a class="row-link" href="{}">{}</a>', address, format_moment(record.created_at))

    def render_reason(self, value: str) -> Any:
        """Draw the reason in words."""
        return badge("refused", REASON_LABELS.get(value, value))

    def value_reason(self, value: str) -> str:
        """Export the bare reason."""
        return value

    def render_detail(self, value: str, record: Any) -> Any:
        """Say the detail in words, a number in groups; the export has it as it is kept."""
        return _detail(value, record)

    def value_detail(self, value: str) -> str:
        """Export the detail as it is kept."""
        return value


class RefusedCallFilterSet(EntityFilterSet):
    """Filters of the list of refused calls; days are those of the panel's clock."""

    search_fields = ("number", "detail", "uniqueid", "customer__code", "customer__name")
    search_fields_of_customers = ("number", "customer__code", "customer__name")

    since = django_filters.DateFilter(
        label=_("from day"), method="from_day", widget=forms.DateInput(DAY, "%Y-%m-%d"), validators=DAYS_WITHIN_REACH
    )
    until = django_filters.DateFilter(
        label=_("to day"), method="to_day", widget=forms.DateInput(DAY, "%Y-%m-%d"), validators=DAYS_WITHIN_REACH
    )
    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))
    reason = django_filters.ChoiceFilter(
        field_name="shown_reason", label=_("reason"), choices=list(REASON_LABELS.items())
    )

    class Meta:
        model = RefusedCall
        fields = ("q", "since", "until", "customer", "reason")

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Search the fields that the user is shown: a match in another one would give away what the page hides."""
        everything = self.request is None or self.request.user.sees_everything
        fields = self.search_fields if everything else self.search_fields_of_customers
        return search_in(queryset, fields, value)

    def from_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep what was refused from the beginning of the day on."""
        return queryset.filter(created_at__gte=start_of(value))

    def to_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep what was refused before the next day."""
        return queryset.filter(created_at__lt=start_of(value + ONE_DAY))


def _join_calls(queryset: Any) -> Any:
    return queryset.select_related("customer__account")


def _detail(detail: str, call: Any) -> Any:
    """Return the detail in words; a number is one that can be followed."""
    return number_link(detail_in_words(detail, currency_of(call, "customer__account__currency")))


def _call_context(call: Any, user: Any) -> dict[str, Any]:
    detail = _detail(call.detail, call) if user.sees_everything else ""
    return {"reason": REASON_LABELS.get(call.shown_reason, call.shown_reason), "detail": detail}


REFUSED_CALLS = Entity(
    model=RefusedCall,
    table=RefusedCallTable,
    filterset=RefusedCallFilterSet,
    delete=None,
    icon="phone-off",
    intro=_("Calls that were not let through, and why. The caller heard the cause; nobody was charged."),
    empty_hint=_("Every call that was asked about was let through."),
    join=_join_calls,
    groups=(
        FieldGroup(_("Call"), ("customer", "number", "created_at")),
        FieldGroup(_("Details"), ("detail", "cause", "node_name", "uniqueid")),
    ),
    hints={"number": Hint.PHONE, "cause": Hint.DIGITS},
    staff_only=frozenset({"detail", "node_name", "uniqueid"}),
    synced=False,
    detail_context=_call_context,
    lead_template="billing/refusedcall/reason.html",
)
