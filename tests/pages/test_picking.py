"""One of very many objects is picked by typing, with scripts and without them."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from customers.models import CustomerStatus, CustomerType, Extension
from numbering.models import DID
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.factories.users import UserFactory
from tests.pages.conftest import AsRole
from voipadmin.core.forms.pick import OFFERED, SALT
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
CUSTOMERS, EXTENSIONS = "customers.customer", "customers.extension"
NEW = "customers:extension_create"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def offered(client: Client, name: str, **query: Any) -> list[str]:
    return [option["text"] for option in client.get(reverse("pick", args=[name]), query).json()["options"]]


def extension(**answers: Any) -> dict[str, Any]:
    return {"number": "1001", "enabled": "on", "codecs": "alaw", "max_contacts": 1, **answers}


def test_a_form_holds_the_one_that_was_picked_and_no_other(operator: Client) -> None:
    # I16
    mine = CustomerFactory.create(type=CustomerType.EXTENSION)
    other = CustomerFactory.create(type=CustomerType.EXTENSION)
    page = text_of(operator.get(reverse(NEW), {"customer": str(mine.pk)}))
    assert f'name="customer" value="{mine.pk}"' in page
    assert f'value="{mine}"' in page
    assert str(other.pk) not in page


def test_words_find_what_the_list_finds_the_first_ones_where_there_are_none(operator: Client) -> None:
    CustomerFactory.create_batch(OFFERED + 5)
    bakery = CustomerFactory.create(code="PADARIA", name="Padaria Central")
    assert offered(operator, CUSTOMERS, q="central padar") == [str(bakery)]
    assert offered(operator, CUSTOMERS, q=str(bakery)) == [str(bakery)]
    everything = operator.get(reverse("pick", args=[CUSTOMERS])).json()
    assert len(everything["options"]) == OFFERED
    assert everything["has_more"] is True


def test_only_what_the_field_takes_is_offered_and_a_scope_cannot_be_made_up(operator: Client) -> None:
    CustomerFactory.create(type=CustomerType.TRUNK)
    mine = CustomerFactory.create(type=CustomerType.EXTENSION)
    scope = signing.dumps({"type": "extension"}, salt=SALT)
    assert offered(operator, CUSTOMERS, scope=scope) == [str(mine)]
    address = reverse("pick", args=[CUSTOMERS])
    for made_up in ("nonsense", signing.dumps({"users__password__startswith": "a"})):
        assert operator.get(address, {"scope": made_up}).status_code == 400


def test_extensions_follow_the_customer_of_the_form(operator: Client) -> None:
    mine, _other = ExtensionFactory.create(number="1001"), ExtensionFactory.create(number="1001")
    assert offered(operator, EXTENSIONS, q="1001", customer=str(mine.customer.pk)) == [str(mine)]
    assert operator.get(reverse("pick", args=[EXTENSIONS]), {"customer": "nonsense"}).status_code == 400
    form = text_of(operator.get(reverse("numbering:did_allocate", args=[DIDFactory.create().pk])))
    assert 'data-follows="customer:customer"' in form


def test_roles_pick_what_they_see(as_role: AsRole) -> None:
    own, _other = CustomerFactory.create(), CustomerFactory.create()
    people = as_role(Role.CUSTOMER, own)
    assert offered(people, CUSTOMERS) == [str(own)]
    assert people.get(reverse("pick", args=["routing.gateway"])).status_code == 403
    assert people.get(reverse("pick", args=["auth.group"])).status_code == 404


@pytest.mark.parametrize("text", ["\0", "%", "'", "· ()", "x" * 5000, "ß＋５"])
def test_a_strange_text_is_answered(operator: Client, text: str) -> None:
    CustomerFactory.create()
    assert operator.get(reverse("pick", args=[CUSTOMERS]), {"q": text}).status_code == 200
    answers = extension(customer="", customer_text=text)
    assert operator.post(reverse(NEW), answers).status_code == 200


@pytest.mark.parametrize("typed", ["ACME", "acme", "ACME · Acme Ltda.", "Acme Ltda"])
def test_without_scripts_the_text_names_the_object(operator: Client, typed: str) -> None:
    acme = CustomerFactory.create(code="ACME", name="Acme Ltda.", type=CustomerType.EXTENSION)
    CustomerFactory.create(code="ACME2", name="Another", type=CustomerType.EXTENSION)
    operator.post(reverse(NEW), extension(customer="", customer_text=typed))
    assert Extension.objects.get().customer == acme


def test_a_text_that_names_several_or_none_is_refused_and_shown_again(operator: Client) -> None:
    for code in ("NORTE1", "NORTE2"):
        CustomerFactory.create(code=code, type=CustomerType.EXTENSION)
    CustomerFactory.create(code="SUL", type=CustomerType.TRUNK)
    for typed in ("NORTE", "SUL", "nobody"):
        page = text_of(operator.post(reverse(NEW), extension(customer="", customer_text=typed)))
        assert "This names none, or more than one." in page
        assert f'value="{typed}"' in page
    assert not Extension.objects.exists()


def test_a_text_that_was_typed_over_counts_more_than_the_key_that_stood_there(operator: Client) -> None:
    old, new = (CustomerFactory.create(type=CustomerType.EXTENSION) for _one in range(2))
    stood_there = {"customer": str(old.pk), "customer_was": str(old.pk)}
    operator.post(reverse(NEW), extension(**stood_there, customer_text=new.code))
    assert Extension.objects.get().customer == new
    page = text_of(operator.post(reverse(NEW), extension(**stood_there, customer_text="", number="1002")))
    assert "This field is required." in page
    operator.post(reverse(NEW), extension(**stood_there, customer_text=str(old), number="1003"))
    assert Extension.objects.get(number="1003").customer == old


@pytest.mark.parametrize("typed", ["", "nobody", "OLD"])
def test_a_key_that_came_after_the_text_counts_more_than_it(operator: Client, typed: str) -> None:
    """A link to a part of a list or report sets the key in an address that has what was typed before."""
    old, mine = ExtensionFactory.create(customer__code="OLD"), ExtensionFactory.create()
    for stood_there in ("", str(old.customer.pk)):
        query = {"customer": str(mine.customer.pk), "customer_text": typed, "customer_was": stood_there}
        text = text_of(operator.get(reverse("customers:extension_list"), query))
        assert mine.sip_username in text
        assert old.sip_username not in text


def test_providers_routes_and_users_are_picked_too(as_role: AsRole) -> None:
    admin, gateway, user = as_role(Role.ADMIN), GatewayFactory.create(), UserFactory.create(username="maria")
    form = text_of(admin.get(reverse("routing:gateway_create"), {"provider": str(gateway.provider.pk)}))
    assert f'name="provider" value="{gateway.provider.pk}"' in form
    assert f'data-pick="{reverse("pick", args=["routing.route"])}?"' in text_of(admin.get(reverse("billing:cdr_list")))
    assert offered(admin, "users.user", q="maria") == [str(user)]
    assert "maria" not in text_of(admin.get(reverse("customers:customer_create")))


def test_a_filter_is_picked_as_well(operator: Client) -> None:
    mine, other = ExtensionFactory.create(), ExtensionFactory.create()
    for query in ({"customer": str(mine.customer.pk)}, {"customer_text": mine.customer.code}):
        text = text_of(operator.get(reverse("customers:extension_list"), query))
        assert mine.sip_username in text
        assert other.sip_username not in text


def test_a_closed_customer_gets_no_number(operator: Client) -> None:
    closed, did = CustomerFactory.create(status=CustomerStatus.CLOSED), DIDFactory.create()
    answers = {"customer": str(closed.pk), "customer_text": str(closed), "destination_type": "trunk"}
    assert operator.post(reverse("numbering:did_allocate", args=[did.pk]), answers).status_code == 200
    assert DID.objects.get(pk=did.pk).status == "free"


def test_several_are_picked_ticked_off_and_named_by_a_text(operator: Client) -> None:
    kept, off, new = (CustomerFactory.create(code=code) for code in ("KEPT", "OFF", "NEW"))
    route = RouteFactory.create(gateways=[GatewayFactory.create()])
    route.customers.set([kept, off])
    page = text_of(operator.get(reverse("routing:route_edit", args=[route.pk])))
    assert page.count('name="customers"') == 3  # two boxes, and the template of more
    assert str(new.pk) not in page
    step = route.steps.get()
    answers = {
        "name": route.name, "pattern": route.pattern, "priority": route.priority, "selection": route.selection,
        "strip_digits": 0, "ring_seconds": route.ring_seconds, "enabled": "on", "customers": [str(kept.pk)],
        "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1", "rows-0-id": str(step.pk), "rows-0-position": "1",
        "rows-0-gateway": str(step.gateway.pk), "rows-0-weight": "1",
    }  # fmt: skip
    address = reverse("routing:route_edit", args=[route.pk])
    refused = text_of(operator.post(address, answers | {"customers_text": "x; NEW"}))
    assert "This names none, or more than one." in refused
    assert 'value="x"' in refused
    operator.post(address, answers | {"customers_text": "new;"})
    assert set(route.customers.all()) == {kept, new}
