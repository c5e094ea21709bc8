"""The filter of the list of calls."""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, start_of
from billing.cdrs.queries import counted_before, counted_from
from billing.cdrs.search.numbers import CALLED, CALLER, Match, NumberSearch, looks_like_number
from billing.cdrs.search.orders import NEWEST, Order
from billing.cdrs.search.paging import CallSearch
from billing.models import Cdr
from customers.models import Customer, Extension
from numbering.models import DID
from routing.models import Gateway, Provider, Route
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.numbering_plan.queries import current_plan

DAY = {"type": "date"}
HIDDEN = forms.HiddenInput
# Filters that an index of calls serves in the order of time, one of them at once, beside any period.
SERVED = frozenset({"customer", "gateway", "did"})
# Those of numbers, and those that choose among the records of one call.
NUMBERS = frozenset({"q", "caller", "called", "match"})
ASIDE = NUMBERS | {"since", "until", "attempts"}
LARGEST, DIGITS = 10**12, 18
# So many days are put in another order than that of time where no period is chosen, and so many at most.
ORDERED_DAYS, MOST_ORDERED_DAYS = timedelta(days=7), timedelta(days=31)
MATCHES = [
    ("", _("Beginning so")),
    (Match.EXACT.value, _("Exactly these digits")),
    (Match.ENDS.value, _("Ending so")),
    (Match.CONTAINS.value, _("These digits anywhere")),
]


class WholeNumberFilter(django_filters.Filter):
    """A whole number from 0."""

    field_class = forms.IntegerField

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=most, **kwargs)


def _bound(label: Any, column: str, lookup: str) -> django_filters.NumberFilter:
    limits = {"min_value": -LARGEST, "max_value": LARGEST, "max_digits": DIGITS, "decimal_places": 6}
    return django_filters.NumberFilter(field_name=column, lookup_expr=lookup, label=label, **limits)


class CdrFilterSet(EntityFilterSet):
    """Filters of the list of calls; a call is of the day on which it ended, by the installation's clock."""

    since = django_filters.DateFilter(
        method="from_day", label=_("from day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="to_day", label=_("to day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    caller = django_filters.CharFilter(method="keep", label=_("caller"), max_length=48)
    called = django_filters.CharFilter(method="keep", label=_("called number"), max_length=48)
    match = django_filters.ChoiceFilter(label=_("numbers"), method="keep", choices=MATCHES[1:])
    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=_("customer"))
    extension = django_filters.ModelChoiceFilter(
        queryset=visible(Extension), method="by_extension", label=_("extension")
    )
    gateway = django_filters.ModelChoiceFilter(queryset=visible(Gateway), label=_("gateway"))
    provider = django_filters.ModelChoiceFilter(
        queryset=visible(Provider), field_name="gateway__provider", label=_("provider")
    )
    route = django_filters.ModelChoiceFilter(queryset=visible(Route), label=_("route"))
    did = django_filters.ModelChoiceFilter(queryset=visible(DID), widget=HIDDEN)
    country = django_filters.CharFilter(field_name="called_country", label=_("country"), max_length=2)
    prefix = django_filters.CharFilter(field_name="matched_pattern", label=_("prefix of the tariff"), max_length=60)
    cause = WholeNumberFilter(999, label=_("cause"))
    sip_code = WholeNumberFilter(999, label=_("SIP code"))
    seconds_from = _bound(_("talk from, seconds"), "billable_seconds", "gte")
    seconds_to = _bound(_("talk to, seconds"), "billable_seconds", "lte")
    price_from = _bound(_("price from"), "price", "gte")
    price_to = _bound(_("price to"), "price", "lte")
    cost_from = _bound(_("cost from"), "cost", "gte")
    margin_to = _bound(_("margin to"), "margin", "lte")
    delay_from = WholeNumberFilter(10**9, field_name="post_dial_delay_ms", lookup_expr="gte", label=_("delay from, ms"))
    node = django_filters.CharFilter(field_name="node_name", label=_("node"), max_length=60)
    money = django_filters.ChoiceFilter(
        label=_("money"),
        method="by_money",
        choices=[
            ("unrated", _("Unrated")),
            ("uncharged", _("Not charged")),
            ("loss", _("At a loss")),
            ("contradictory", _("Contradictory")),
        ],
    )
    attempts = django_filters.ChoiceFilter(label=_("attempts"), method="keep", choices=[("all", _("Every attempt"))])

    # What the search box finds of a text that is no number.
    text_fields: ClassVar[tuple[str, ...]] = ("src", "caller_id", "account_code", "linkedid")

    folded = frozenset({
        "match", "extension", "provider", "route", "conference", "country", "called_kind", "prefix", "cause",
        "sip_code", "seconds_from", "seconds_to", "price_from", "price_to", "cost_from", "margin_to", "delay_from",
        "node", "money", "attempts",
    })  # fmt: skip

    class Meta:
        model = Cdr
        fields = (
            "q", "since", "until", "caller", "called", "match", "customer", "extension", "direction", "disposition",
            "gateway", "provider", "route", "country", "called_kind", "prefix", "cause", "sip_code", "seconds_from",
            "seconds_to", "price_from", "price_to", "cost_from", "margin_to", "delay_from", "node", "money", "attempts",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["match"].widget.choices = MATCHES

    def filter_queryset(self, queryset: Any) -> Any:
        """Show each call by its final record, unless every attempt is asked for."""
        rows = self._without_numbers(queryset)
        conditions = [reduce(or_, numbers) for numbers in self._numbers()]
        return rows.filter(*conditions)

    @property
    def qs(self) -> Any:
        """Return the filtered calls; without filters each call shows once all the same."""
        found = super().qs
        return found if self.is_bound else found.calls()

    def search_for(self, order: Order = NEWEST) -> CallSearch:
        """Return what is looked for, as pages of calls are found by it."""
        if not self.is_bound:
            return CallSearch(self.queryset.calls(), order=order)
        rows, (first, *others) = self._without_numbers(self.queryset), self._numbers() or [()]
        for numbers in others:
            rows = rows.filter(reduce(or_, numbers))
        begins, ends = self.period(order)
        if not order.is_by_time and begins is not None:
            rows = rows.filter(counted_from(begins))
        if first and not self._match.is_served:
            return CallSearch(rows.filter(reduce(or_, first)), (), False, begins, ends, order)
        narrowing = self.chosen.keys() - ASIDE
        by_one_index = not narrowing if first else (not narrowing or (len(narrowing) == 1 and narrowing <= SERVED))
        return CallSearch(rows, first, by_one_index and not others and not self._is_text, begins, ends, order)

    @property
    def _match(self) -> Match:
        return Match(self.chosen.get("match") or Match.BEGINS)

    @property
    def _is_text(self) -> bool:
        text = self.chosen.get("q", "")
        return bool(text) and not looks_like_number(text)

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that were chosen, by name; one that makes no sense is none."""
        if not self.is_bound:
            return {}
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}

    def period(self, order: Order = NEWEST) -> tuple[datetime | None, datetime | None]:
        """Return the period that was chosen; for an order that reads all of it, the last days of it at most."""
        chosen = self.chosen
        begins = start_of(chosen["since"]) if "since" in chosen else None
        ends = start_of(chosen["until"] + ONE_DAY) if "until" in chosen else None
        if order.is_by_time:
            return begins, ends
        last = min(ends, timezone.now()) if ends else timezone.now()
        return (max(begins, last - MOST_ORDERED_DAYS) if begins else last - ORDERED_DAYS), ends

    def _without_numbers(self, queryset: Any) -> Any:
        rows = queryset if self.chosen.get("attempts") else queryset.calls()
        for name, value in self.chosen.items():
            if name not in NUMBERS | {"attempts"}:
                rows = self.filters[name].filter(rows, value)
        if self._is_text:
            text = self.chosen["q"]
            rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in self.text_fields)))
        return rows

    def _numbers(self) -> list[tuple[Q, ...]]:
        """Return for each number that is looked for the conditions of which a record meets one."""
        chosen = self.chosen
        asked = [("q", ()), ("caller", CALLER), ("called", CALLED)]
        searches = [
            NumberSearch(chosen[name], self._match, columns)
            for name, columns in asked
            if name in chosen and (name != "q" or looks_like_number(chosen[name]))
        ]
        return [search.conditions(current_plan()) for search in searches]

    def from_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep the calls that count on the day or later: those that ended then."""
        return queryset.filter(counted_from(start_of(value)))

    def to_day(self, queryset: Any, _name: str, value: date) -> Any:
        """Keep the calls that count on the day or earlier."""
        return queryset.filter(counted_before(start_of(value + ONE_DAY)))

    def by_extension(self, queryset: Any, _name: str, value: Extension) -> Any:
        """Keep the calls from and to an extension: those with a channel of its SIP account."""
        channel = f"PJSIP/{value.sip_username}-"
        of_it = Q(channel__startswith=channel) | Q(destination_channel__startswith=channel)
        return queryset.filter(of_it, customer=value.customer_id)

    def keep(self, queryset: Any, _name: str, _value: str) -> Any:
        """Change nothing: the choice is looked at by `search_for` and `filter_queryset`."""
        return queryset

    def by_money(self, queryset: Any, _name: str, value: str) -> Any:
        """Keep the calls that should have a price, that nobody pays, that lost money, or that contradict themselves."""
        narrowed = {
            "unrated": queryset.unrated,
            "uncharged": queryset.uncharged,
            "loss": queryset.loss_making,
            "contradictory": queryset.contradictory,
        }
        return narrowed[value]()
