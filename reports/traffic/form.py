"""The filters of a report of traffic, as the address has them."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.errors import InvalidPeriod
from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, Period, day_of
from billing.models import Direction
from customers.models import Customer
from reports.kit.filters import ReportFilterForm
from reports.traffic.cuts import CUTS
from reports.traffic.filters import TrafficFilters, days_until, times_of
from reports.traffic.sums import known_currencies
from routing.models import Gateway, Provider, Route

DAY = {"type": "date"}
HIDDEN = forms.HiddenInput
# Field of the form -> filter of TrafficFilters, where it has another name.
OBJECTS = ("customer", "provider", "gateway", "route")
PLAIN = ("direction", "destination", "prefix", "country", "cause", "hour", "weekday")


def _hidden_number(least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=least, max_value=most, widget=HIDDEN)


class TrafficForm(ReportFilterForm):
    """The time, the cut and the filters; those that a click on a part sets are hidden and shown as chips."""

    since = forms.DateField(
        label=_("from day"), required=False, validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("to day"), required=False, validators=DAYS_WITHIN_REACH, widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    by = forms.ChoiceField(label=_("by"), required=False, choices=[(name, cut.heading) for name, cut in CUTS.items()])
    direction = forms.ChoiceField(label=_("direction"), required=False, choices=Direction.choices)
    customer = forms.ModelChoiceField(label=_("customer"), required=False, queryset=Customer.objects.order_by("code"))
    provider = forms.ModelChoiceField(label=_("provider"), required=False, queryset=Provider.objects.all())
    gateway = forms.ModelChoiceField(label=_("gateway"), required=False, queryset=Gateway.objects.all())
    route = forms.ModelChoiceField(required=False, queryset=Route.objects.all(), widget=HIDDEN)
    destination = forms.CharField(required=False, max_length=120, widget=HIDDEN)
    prefix = forms.CharField(required=False, max_length=60, widget=HIDDEN)  # type: ignore[assignment]  # becomes a field
    country = forms.CharField(required=False, widget=HIDDEN, validators=[RegexValidator(r"^[A-Z]{2}$")])
    cause = _hidden_number(0, 255)
    hour = _hidden_number(0, 23)
    weekday = _hidden_number(1, 7)
    from_abroad = _hidden_number(0, 1)
    currency = forms.ChoiceField(label=_("currency"), required=False)

    def __init__(self, data: Any, default_cut: str) -> None:
        filled = data.copy()
        week = days_until(day_of(timezone.now()))
        for name, value in (("since", week.first), ("until", week.last), ("by", default_cut)):
            if not filled.get(name):
                filled[name] = str(value)
        super().__init__(filled)
        self.period = week
        self.default_cut = default_cut
        named: Any = self.fields["by"]
        named.choices = [(name, cut.heading) for name, cut in CUTS.items()]
        self._offer_currencies(known_currencies())

    def _offer_currencies(self, codes: list[str]) -> None:
        """Let one of several currencies be chosen; where there is one, there is nothing to choose."""
        if len(codes) == 1:
            del self.fields["currency"]
            return
        named: Any = self.fields["currency"]
        named.choices = [(code, code) for code in codes]

    def clean(self) -> dict[str, Any]:
        """Take the period, or say why it is none; then it is the last seven days."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        first: date | None = answers.get("since")
        last: date | None = answers.get("until")
        if first and last:
            try:
                self.period = Period(first, last + ONE_DAY)
            except InvalidPeriod as error:
                self.add_error("until", str(error.message))
        return answers

    @property
    def given(self) -> dict[str, Any]:
        """Return the filters that were given and make sense, by the form's names."""
        self.is_valid()
        names = (*OBJECTS, *PLAIN, "from_abroad")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) not in (None, "")}

    @property
    def cut(self) -> str:
        """Return the name of the cut."""
        self.is_valid()
        return str(self.cleaned_data.get("by") or self.default_cut)

    @property
    def currency_code(self) -> str:
        """Return the currency of the amounts."""
        self.is_valid()
        return str(self.cleaned_data.get("currency") or settings.DEFAULT_CURRENCY)

    def filters(self) -> TrafficFilters:
        """Return what is asked for."""
        given = self.given
        chosen = {name: given[name] for name in PLAIN if name in given}
        chosen |= {f"{name}_id": given[name].pk for name in OBJECTS if name in given}
        if "from_abroad" in given:
            chosen["from_abroad"] = bool(given["from_abroad"])
        begins, ends = times_of(self.period, timezone.now())
        return TrafficFilters(begins, ends, **chosen)
