"""Controls of forms are named so that scripts still find the methods of their form."""

from typing import Any

import pytest

from tests.pages.subclasses import subclasses
from voipadmin.core.forms.entity_form import EntityForm, PanelForm
from voipadmin.core.forms.filter_set import EntityFilterSet

pytestmark = pytest.mark.django_db

# What htmx and our own scripts call on a form (HTMLFormElement, Element, EventTarget of the DOM standard).
METHODS = {
    "addEventListener", "append", "attributes", "checkValidity", "children", "classList", "closest",
    "contains", "dataset", "dispatchEvent", "elements", "focus", "getAttribute", "getRootNode",
    "hasAttribute", "matches", "parentElement", "parentNode", "querySelector", "querySelectorAll",
    "remove", "removeEventListener", "replaceWith", "reportValidity", "requestSubmit", "reset",
    "setAttribute", "submit",
}  # fmt: skip


def test_no_filter_hides_a_method_of_its_form() -> None:
    found = list(subclasses(EntityFilterSet))
    assert len(found) > 15
    for one in found:
        filters: Any = one
        form: Any = filters(queryset=filters._meta.model.objects.none()).form
        assert METHODS.isdisjoint(form.add_prefix(name) for name in form.fields)


def test_no_form_hides_a_method_of_itself() -> None:
    found = [*subclasses(EntityForm), *subclasses(PanelForm)]
    assert len(found) > 20
    for form in found:
        # The rule is the class's, and needs no object of it.
        bare: Any = form.__new__(form)
        bare.prefix = None
        assert METHODS.isdisjoint(bare.add_prefix(name) for name in form.base_fields), form
