"""List, detail, create, edit and delete of every kind of object, through the pages."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.forms import Field
from django.test import Client
from django.urls import reverse

from tests.entities import KINDS, Kind
from tests.pages.confirming import confirm
from voipadmin.core.tables.links import page_of

pytestmark = pytest.mark.slow(seconds=1)

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=str)


def model_of(kind: Kind) -> Any:
    app_label, model_name = kind.name.split(":")
    return apps.get_model(app_label, model_name)


def text_of(response: Any) -> str:
    return str(response.content.decode())


@each_kind
def test_a_list_shows_what_is_there(admin: Client, kind: Kind) -> None:
    made = kind.make()
    response = admin.get(reverse(f"{kind.name}_list"))
    assert response.status_code == 200
    assert page_of(made) in text_of(response)


# There is always the user who looks, and the numbering plan of the country.
NEVER_EMPTY = {"users:user", "core:dialingrule", "core:servicecode", "core:planrange"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.name not in NEVER_EMPTY], ids=str)
def test_an_empty_list_offers_the_next_step(admin: Client, kind: Kind) -> None:
    response = admin.get(reverse(f"{kind.name}_list"))
    assert "Nothing here yet" in text_of(response)
    assert reverse(f"{kind.name}_create") in text_of(response)


@each_kind
def test_a_search_for_nothing_known_says_so_and_stays_in_the_address(admin: Client, kind: Kind) -> None:
    kind.make()
    response = admin.get(reverse(f"{kind.name}_list"), {"q": "zzz-nothing-like-it"})
    assert "Nothing matches" in text_of(response)
    assert 'value="zzz-nothing-like-it"' in text_of(response)


@each_kind
def test_each_tab_of_an_object_opens(admin: Client, kind: Kind) -> None:
    made = kind.make()
    for tab in ("details", "related", "calls", "changelog", "nonsense"):
        whole = admin.get(page_of(made), {"tab": tab})
        part = admin.get(page_of(made), {"tab": tab}, headers={"HX-Request": "true", "HX-Target": "tab-panel"})
        assert whole.status_code == part.status_code == 200, tab
        assert "<html" in text_of(whole), tab
        assert "<html" not in text_of(part), tab


@each_kind
def test_a_new_object_is_saved_from_the_form(admin: Client, kind: Kind) -> None:
    before = model_of(kind).objects.count()
    answers = kind.answers()
    assert admin.get(reverse(f"{kind.name}_create")).status_code == 200
    response = admin.post(reverse(f"{kind.name}_create"), answers)
    assert response.status_code in {200, 302}, text_of(response)
    assert "Nothing was saved" not in text_of(response)
    assert model_of(kind).objects.count() == before + 1


@each_kind
def test_bad_input_says_what_is_wrong_and_saves_nothing(admin: Client, kind: Kind) -> None:
    answers = kind.answers() | kind.bad
    before = model_of(kind).objects.count()
    response = admin.post(reverse(f"{kind.name}_create"), answers)
    assert response.status_code == 200
    assert "Nothing was saved" in text_of(response)
    assert kind.says in text_of(response)
    assert 'aria-invalid="true"' in text_of(response)
    assert model_of(kind).objects.count() == before


@each_kind
def test_an_object_is_deleted_after_asking(admin: Client, kind: Kind) -> None:
    made = kind.make()
    address = reverse(f"{kind.name}_delete", args=[made.pk])
    assert "cannot be undone" in text_of(admin.get(address))
    # Neither a look nor a POST that nobody was asked about deletes anything.
    assert admin.post(address).status_code == 303
    assert model_of(kind).objects.filter(pk=made.pk).exists()
    assert confirm(admin, address).status_code == 302
    assert not model_of(kind).objects.filter(pk=made.pk).exists()


@each_kind
def test_an_edit_opens_with_what_is_stored(admin: Client, kind: Kind) -> None:
    made = kind.make()
    response = admin.get(reverse(f"{kind.name}_edit", args=[made.pk]))
    assert response.status_code == 200
    assert "Edit" in text_of(response)


@each_kind
def test_an_unknown_order_is_ignored_and_a_known_one_holds(admin: Client, kind: Kind) -> None:
    kind.make()
    for sort in ("password", "customer__users__password", "-id; DROP TABLE", "secret", ""):
        assert admin.get(reverse(f"{kind.name}_list"), {"sort": sort}).status_code == 200


STRANGE = ("page=0", "page=-1", f"page={10**20}", "page=x", "per_page=0", "per_page=1e9", "q=%00", "q=%27%22")


@each_kind
def test_a_strange_address_is_answered(admin: Client, kind: Kind) -> None:
    kind.make()
    for query in STRANGE:
        assert admin.get(f"{reverse(f'{kind.name}_list')}?{query}").status_code == 200, query


@each_kind
def test_a_filter_by_what_is_no_id_is_answered(admin: Client, kind: Kind) -> None:
    address = reverse(f"{kind.name}_list")
    for name in ("customer", "gateway", "provider", "status", "node", "role"):
        assert admin.get(address, {name: "../../etc"}).status_code == 200


def refuses(field: Field, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError:
        return True
    return False


@each_kind
def test_all_that_makes_no_sense_in_an_address_is_said_and_the_list_shown(admin: Client, kind: Kind) -> None:
    kind.make()
    address = reverse(f"{kind.name}_list")
    form = admin.get(f"{address}?view=").context["filter"].form
    fields = {form.add_prefix(name): field for name, field in form.fields.items() if name != "q"}
    wrong = [name for name, field in fields.items() if refuses(field, "nonsense")]
    asked = dict.fromkeys(wrong, "nonsense") | {"sort": "secret", "columns": "secret", "page": "x", "per_page": "7"}
    text = text_of(admin.get(address, asked))
    said = ("cannot be ordered by “secret”", "no column “secret”", "There is no page “x”", "A page has no “7” rows")
    assert [notice for notice in said if notice not in text] == []
    notices = re.findall(r"<p>(.*?) This filter is left out.</p>", text)
    assert len(notices) == len(wrong), (wrong, notices)
    assert "data-table" in text


@each_kind
def test_an_object_that_is_not_there_is_a_404(admin: Client, kind: Kind) -> None:
    missing = "01a20887-2b1d-73b2-b7fa-000000000000"
    for action in ("detail", "edit", "delete"):
        assert admin.get(reverse(f"{kind.name}_{action}", args=[missing])).status_code == 404


@each_kind
def test_htmx_gets_the_table_alone(admin: Client, kind: Kind) -> None:
    kind.make()
    response = admin.get(reverse(f"{kind.name}_list"), headers={"HX-Request": "true", "HX-Target": "list-region"})
    assert "<html" not in text_of(response)
    assert 'class="list-region"' in text_of(response)
