"""The page of the numbering plan: its tables, and a number to try."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from numbering.plan.entities import CODES, RANGES, RULES
from numbering.queries import NumberReading, read_for_customer
from voipadmin.core.forms.entity_form import LocalDateTimeInput, PanelForm
from voipadmin.core.pages import Entity

PERMISSION = "core.view_dialingrule"


@dataclass(frozen=True)
class PlanTable:
    """A table of the page: its rows' entity, and where a row is added by those who may."""

    entity: Entity[Any]
    create_url: str


class TryForm(PanelForm):
    """A number to try, for a customer and at a moment."""

    number = forms.CharField(label=_("number"), max_length=60, help_text=_("As it is dialled: 011987654321."))
    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=_("customer"), required=False,
        help_text=_("Numbers without an area are in its home area."),
    )  # fmt: skip
    at = forms.DateTimeField(label=_("at"), required=False, widget=LocalDateTimeInput(), help_text=_("Now, if empty."))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        field.queryset = Customer.objects.visible_to(user).order_by("code")

    def reading(self) -> NumberReading:
        """Return what the number is."""
        return read_for_customer(**self.cleaned_data)


def numbering_plan(request: HttpRequest) -> HttpResponse:
    """Show the plan, and what the number of the address is, if there is one."""
    user: Any = request.user
    if not user.has_perm(PERMISSION):
        raise PermissionDenied
    form = TryForm(request.GET if "number" in request.GET else None, user=user)
    reading = form.reading() if form.is_bound and form.is_valid() else None
    tables: dict[str, Entity[Any]] = {"rules": RULES, "codes": CODES, "ranges": RANGES}
    context = {"form": form, "reading": reading, **{name: _table(entity, user) for name, entity in tables.items()}}
    template = "try" if request.headers.get("HX-Request") else "page"
    return render(request, f"numbering/plan/{template}.html", context)


def _table(entity: Entity[Any], user: Any) -> PlanTable:
    may_add = user.has_perm(entity.permission("add"))
    return PlanTable(entity, entity.url("create") if may_add else "")
