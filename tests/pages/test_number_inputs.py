"""No form, filter or page of the admin has an input of numbers that would drop a comma."""

from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin as django_admin
from django.test import RequestFactory

from routing.forms import RouteForm
from tests.factories.users import UserFactory
from tests.pages.subclasses import OURS, subclasses
from voipadmin.core.forms.entity_form import EntityForm, EntityRows, PanelForm, PanelFormMixin
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.forms.local_numbers import LocalDecimalField, LocalIntegerField
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def number_inputs(fields: dict[str, Any]) -> list[str]:
    return [name for name, field in fields.items() if isinstance(field.widget, forms.NumberInput)]


def test_every_form_of_the_panel_is_one_of_the_kit() -> None:
    found = set(subclasses(forms.BaseForm))
    rows = {form.rows_class for form in subclasses(EntityForm) if getattr(form, "rows_class", None)}
    assert len(rows) >= 3
    assert all(issubclass(one, EntityRows) for one in rows)
    of_rows = {form for one in rows for form in one.form.__mro__}
    apart = [one for one in found if not issubclass(one, PanelFormMixin) and one not in of_rows]
    assert len(found) > 20
    assert [one for one in apart if number_inputs(getattr(one, "base_fields", {}))] == []


def test_no_filter_has_an_input_that_drops_a_comma() -> None:
    found = list(subclasses(EntityFilterSet))
    assert len(found) > 15
    for one in found:
        filters: Any = one
        assert number_inputs(filters(queryset=filters._meta.model.objects.none()).form.fields) == []


class Amounts(PanelForm):
    """Django's own fields, as somebody who does not know better would name them."""

    price_per_minute = forms.DecimalField(max_digits=12, decimal_places=6)
    seconds = forms.IntegerField(min_value=1)
    hidden = forms.IntegerField(widget=forms.HiddenInput)


def test_a_form_gets_the_local_fields_without_naming_them() -> None:
    fields: Any = Amounts().fields
    assert isinstance(fields["price_per_minute"], LocalDecimalField)
    assert (fields["price_per_minute"].unit, fields["price_per_minute"].decimal_places) == ("per_minute", 6)
    assert isinstance(fields["seconds"], LocalIntegerField)
    assert fields["hidden"].widget.is_hidden
    assert Amounts({"price_per_minute": "0,05", "seconds": "0", "hidden": "3"}).errors.keys() == {"seconds"}


def test_no_admin_page_has_an_input_that_drops_a_comma() -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True)
    seen = 0
    for model, page in django_admin.site._registry.items():
        if not (page.has_add_permission(request) or page.has_change_permission(request)):
            continue
        kinds: list[Any] = [page.get_form(request)]
        kinds += [formset.form for formset, _inline in page.get_formsets_with_inlines(request)]
        ours = apps.get_app_config(model._meta.app_label).name.startswith(OURS)
        for form in kinds:
            wrong = number_inputs(form.base_fields)
            assert not (ours and wrong), (model, wrong)
            assert not any(isinstance(form.base_fields[name], forms.DecimalField) for name in wrong), (model, wrong)
            seen += sum(isinstance(field, LocalDecimalField) for field in form.base_fields.values())
    assert seen >= 8


def test_rows_that_are_added_in_the_browser_are_of_the_kit_too() -> None:
    rows: Any = RouteForm(user=UserFactory.create(role=Role.ADMIN)).rows
    assert number_inputs(rows.empty_form.fields) == []
    assert all(field.widget.attrs["class"] for field in rows.empty_form.fields.values())
