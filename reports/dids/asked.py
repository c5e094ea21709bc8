"""What an address asks of the DID report: the filters, the order, and the lines as its reader may see them."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from numbering.models import DIDStatus
from reports.dids.lines import COLUMNS, NOT_FOR_CUSTOMERS, DidLine, lines_of
from reports.dids.queries import DidFilters, did_rows, with_lines
from reports.kit.columns import Row, shown_columns
from reports.kit.filters import ReportFilterForm
from reports.kit.pages import asked_order, sort_path
from routing.models import Provider
from voipadmin.core.models import visible_manager
from voipadmin.core.numbering_plan.queries import current_plan

LONGEST_DAYS = 3650
digits = RegexValidator(r"^[0-9]+$", _("Digits only."))


class DidFilterForm(ReportFilterForm):
    """The filters of the report; each is one of DidFilters."""

    number = forms.CharField(label=_("number"), max_length=15, required=False, validators=[digits])
    status = forms.ChoiceField(label=_("status"), choices=DIDStatus.choices, required=False)
    provider = forms.ModelChoiceField(label=_("provider"), queryset=Provider.objects.none(), required=False)
    customer = forms.ModelChoiceField(label=_("customer"), queryset=Customer.objects.none(), required=False)
    area = forms.CharField(label=_("area code"), max_length=5, required=False, validators=[digits])
    city = forms.CharField(label=_("city"), max_length=60, required=False)
    idle_days = forms.IntegerField(label=_("days idle, at least"), min_value=1, max_value=LONGEST_DAYS, required=False)
    held_days = forms.IntegerField(
        label=_("days unchanged, at least"), min_value=1, max_value=LONGEST_DAYS, required=False
    )

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["provider"].queryset = visible_manager(Provider).visible_to(user)
        fields["customer"].queryset = visible_manager(Customer).visible_to(user)
        if not user.sees_everything:
            del self.fields["provider"]

    def filters(self) -> DidFilters:
        """Return what was asked for; a filter that makes no sense narrows nothing, and its error is shown."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        for name in ("provider", "customer"):
            if name in chosen:
                chosen[f"{name}_id"] = chosen.pop(name).pk
        return DidFilters(**chosen)


class AskedDids:
    """The numbers that a request asks for: `rows` without an order, `ordered` with all that a line needs."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = cast("Any", request.user)
        self.now, self.plan = timezone.now(), current_plan()
        self.form = DidFilterForm(request.GET, self.user)
        self.rows = did_rows(self.user, self.form.filters(), plan=self.plan, now=self.now)
        self.columns = shown_columns(COLUMNS, frozenset() if self.user.sees_everything else NOT_FOR_CUSTOMERS)
        self.order = asked_order(request, self.columns, "number")
        placed = _placed(sort_path(self.columns, self.order))
        self.ordered = with_lines(self.rows, self.user).order_by(placed, "number")

    def read(self, dids: Iterable[Any]) -> Iterator[Row]:
        """Yield the rows of some of the numbers."""
        return map(_row, lines_of(dids, self.user, self.plan, now=self.now))

    def every(self) -> Iterator[Row]:
        """Yield the rows of all of them, a thousand at a time."""
        return self.read(self.ordered.iterator(chunk_size=1_000))


def _placed(path: str) -> Any:
    """Return an order in which what has no value comes last."""
    column = F(path.removeprefix("-"))
    return column.desc(nulls_last=True) if path.startswith("-") else column.asc(nulls_last=True)


def _row(line: DidLine) -> Row:
    links = {"number": reverse("numbering:did_detail", args=[line.id])}
    if line.customer_id:
        links["customer"] = reverse("customers:customer_detail", args=[line.customer_id])
    if line.provider_id:
        links["provider"] = reverse("routing:provider_detail", args=[line.provider_id])
    if line.calls:
        links["calls"] = f"{reverse('billing:cdr_list')}?did={line.id}"
    tones = {"result": "bad"} if line.result is not None and line.result < 0 else {}
    return Row({**asdict(line), "place": line.place}, links, tones)
