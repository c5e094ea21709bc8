"""Tables, filters and form of re-ratings."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import Rerating, ReratingDifference
from customers.models import Customer
from voipadmin.core.forms.entity_form import LocalDateTimeInput, PanelForm
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    CurrencyColumn,
    EntityTable,
    LinkColumn,
    MoneyColumn,
    NumberColumn,
    RelatedColumn,
    TimeColumn,
)
from voipadmin.core.validators import validate_text


class ReratingTable(EntityTable):
    """The list of jobs."""

    reason = LinkColumn()
    started_from = TimeColumn()
    started_before = TimeColumn()
    customer = RelatedColumn(order_by="customer__code")
    status = BadgeColumn()
    actor = tables.Column()
    applied_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = Rerating


class ReratingFilterSet(EntityFilterSet):
    """Filters of the list of jobs."""

    search_fields = ("reason", "customer__code")

    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))

    class Meta:
        model = Rerating
        fields = ("q", "customer", "status")


class DifferenceTable(EntityTable):
    """What a job changes, by customer."""

    customer = RelatedColumn()
    calls = NumberColumn()
    old_price = MoneyColumn(places=4)
    new_price = MoneyColumn(places=4)
    movement = MoneyColumn(places=4)
    currency = CurrencyColumn()

    class Meta(EntityTable.Meta):
        model = ReratingDifference
        orderable = False


class ReratingForm(PanelForm):
    """Which calls are rated again, and why."""

    started_from = forms.DateTimeField(label=_("calls from"), widget=LocalDateTimeInput)
    started_before = forms.DateTimeField(label=_("calls before"), widget=LocalDateTimeInput)
    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=_("customer"), required=False, empty_label=_("All customers")
    )
    reason = forms.CharField(
        label=_("reason"), max_length=200, validators=[validate_text], help_text=_("It is on the customer’s statement.")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        field.queryset = Customer.objects.visible_to(user)
