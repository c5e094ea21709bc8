"""What forms do beyond one table: rows, secrets, actions and what the domain refuses."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from asterisk_sync.models import OutboxEntry
from customers.models import Customer, CustomerType, Extension
from numbering.models import DID, DIDStatus
from numbering.services import allocate_did
from routing.models import Gateway, Route
from tests.entities import KINDS
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory, RouteFactory
from tests.pages.confirming import TOKEN, confirm
from voipadmin.core.tables.links import page_of
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def rows(*filled: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data = {
        "rows-TOTAL_FORMS": len(filled),
        "rows-INITIAL_FORMS": initial,
        "rows-MIN_NUM_FORMS": 0,
        "rows-MAX_NUM_FORMS": 99,
    }
    return data | {f"rows-{n}-{name}": value for n, row in enumerate(filled) for name, value in row.items()}


def address(network: str, **other: Any) -> dict[str, Any]:
    return {"network": network, "port": 5060, "transport": "udp", "priority": 1, "receives_calls": "on", **other}


def trunk(*addresses: dict[str, Any], initial: int = 0, **other: Any) -> dict[str, Any]:
    return KINDS["customers:customer"].answers() | {"type": "trunk"} | rows(*addresses, initial=initial) | other


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_trunk_customer_is_saved_with_its_addresses(operator: Client) -> None:
    sent = trunk(address("198.18.5.1"), address("198.18.5.2", priority=2), address(""))
    response = operator.post(reverse("customers:customer_create"), sent)
    assert response.status_code == 302, text_of(response)
    networks = Customer.objects.get(code="ACME").trunk_addresses.values_list("network", flat=True)
    assert list(networks) == ["198.18.5.1", "198.18.5.2"]


def test_an_address_of_another_customer_is_refused_and_nothing_is_saved(operator: Client) -> None:
    TrunkAddressFactory.create(network="198.18.6.1")
    response = operator.post(reverse("customers:customer_create"), trunk(address("198.18.6.1")))
    assert "Nothing was saved" in text_of(response)
    assert not Customer.objects.filter(code="ACME").exists()


def test_an_address_is_changed_and_another_taken_off_in_one_save(operator: Client) -> None:
    customer = CustomerFactory.create(code="ACME")
    first, second = (TrunkAddressFactory.create(customer=customer, network=f"198.18.7.{n}", priority=n) for n in (1, 2))
    sent = trunk(
        address("198.18.7.9", id=first.pk),
        address("198.18.7.2", id=second.pk, DELETE="on"),
        initial=2,
    )
    page = reverse("customers:customer_edit", args=[customer.pk])
    question = text_of(operator.post(page, sent))  # which addresses go is asked first
    token = TOKEN.search(question)
    assert token is not None
    response = operator.post(page, sent | {"confirmation": token[1]})
    assert response.status_code == 302, text_of(response)
    assert list(customer.trunk_addresses.values_list("network", flat=True)) == ["198.18.7.9"]


def test_a_suspension_that_removes_addresses_as_well_says_both(operator: Client) -> None:
    customer = CustomerFactory.create(code="ACME")
    first = TrunkAddressFactory.create(customer=customer, network="198.18.7.1")
    page = reverse("customers:customer_edit", args=[customer.pk])
    kept = trunk(address("198.18.7.1", id=first.pk), initial=1, status="suspended")
    gone = trunk(address("198.18.7.1", id=first.pk, DELETE="on"), initial=1, status="suspended")
    asked = TOKEN.search(text_of(operator.post(page, kept)))
    assert asked is not None
    # The answer to the question about the status alone is none to both.
    question = text_of(operator.post(page, gone | {"confirmation": asked[1]}))
    assert "Suspend" in question
    assert "Calls from 198.18.7.1 are refused" in question
    assert customer.trunk_addresses.count() == 1
    token = TOKEN.search(question)
    assert token is not None
    assert operator.post(page, gone | {"confirmation": token[1]}).status_code == 302
    assert customer.trunk_addresses.count() == 0


def test_a_route_needs_a_gateway(operator: Client) -> None:
    sent = KINDS["routing:route"].answers() | rows()
    response = operator.post(reverse("routing:route_create"), sent)
    assert "at least one gateway" in text_of(response)
    assert not Route.objects.exists()


def test_the_gateways_of_a_route_are_kept_in_the_order_of_their_positions(operator: Client) -> None:
    first, second = GatewayFactory.create(), GatewayFactory.create()
    steps = rows(
        {"gateway": first.pk, "position": 2, "weight": 100}, {"gateway": second.pk, "position": 1, "weight": 50}
    )
    response = operator.post(reverse("routing:route_create"), KINDS["routing:route"].answers() | steps)
    assert response.status_code == 302, text_of(response)
    assert [step.gateway for step in Route.objects.get().steps.all()] == [second, first]


def test_a_provider_in_use_is_not_deleted_and_the_page_says_by_what(operator: Client) -> None:
    gateway = GatewayFactory.create()
    delete = reverse("routing:provider_delete", args=[gateway.provider.pk])
    assert gateway.name in text_of(operator.get(delete))
    response = confirm(operator, delete, follow=True)
    assert gateway.name in text_of(response)
    gateway.provider.refresh_from_db()


def test_a_stored_secret_is_never_in_the_form_and_an_empty_input_keeps_it(admin: Client) -> None:
    secret = "carrier-secret-0123456789"
    gateway = GatewayFactory.create(authentication="registration", username="carrier", secret=secret)
    edit = reverse("routing:gateway_edit", args=[gateway.pk])
    assert secret not in text_of(admin.get(edit))
    sent = KINDS["routing:gateway"].answers() | {"authentication": "registration", "username": "carrier", "secret": ""}
    sent["provider"] = gateway.provider.pk
    response = admin.post(edit, sent)
    assert response.status_code == 302, response.context["form"].errors
    assert Gateway.objects.get(pk=gateway.pk).secret == secret


def test_a_secret_is_shown_on_request_and_the_changelog_says_to_whom(admin: Client) -> None:
    extension = ExtensionFactory.create()
    page = page_of(extension)
    assert extension.secret not in text_of(admin.get(page))
    reveal = reverse("customers:extension_secret", args=[extension.pk, "secret"])
    assert admin.get(reveal).status_code == 405
    response = admin.post(reveal)
    assert extension.secret in text_of(response)
    assert response["Cache-Control"] == "no-store"
    entry = LogEntry.objects.get_for_object(extension).filter(action=LogEntry.Action.ACCESS).get()
    assert entry.actor.role == Role.ADMIN


def test_whoever_makes_an_extension_sees_its_secret_then_and_not_again(operator: Client) -> None:
    answers = KINDS["customers:extension"].answers()
    response = operator.post(reverse("customers:extension_create"), answers, follow=True)
    extension = Extension.objects.get()
    assert extension.secret in text_of(response)
    assert response["Cache-Control"] == "no-store"
    page = text_of(operator.get(page_of(extension)))
    assert extension.secret not in page
    assert "/secret/" not in page


def test_only_secrets_are_revealed(admin: Client) -> None:
    extension = ExtensionFactory.create()
    assert admin.post(reverse("customers:extension_secret", args=[extension.pk, "number"])).status_code == 404


def test_a_new_secret_is_in_no_changelog(admin: Client) -> None:
    extension = ExtensionFactory.create()
    before = extension.secret
    response = confirm(admin, reverse("customers:extension_rotate", args=[extension.pk]), follow=True)
    after = Extension.objects.get(pk=extension.pk).secret
    assert after in text_of(response)
    changelog = text_of(admin.get(page_of(extension), {"tab": "changelog"}))
    assert after != before
    assert before not in changelog
    assert after not in changelog


def test_the_changelog_names_who_and_shows_before_and_after(admin: Client) -> None:
    provider = ProviderFactory.create(name="Old name")
    sent = KINDS["routing:provider"].answers() | {"name": "New name"}
    assert admin.post(reverse("routing:provider_edit", args=[provider.pk]), sent).status_code == 302
    changelog = text_of(admin.get(page_of(provider), {"tab": "changelog"}))
    assert "<del>Old name</del>" in changelog
    assert "<ins>New name</ins>" in changelog
    assert User.objects.get(role=Role.ADMIN).username in changelog


def test_the_changelog_of_a_new_object_tells_of_itself_alone(admin: Client) -> None:
    customer = CustomerFactory.create(code="ACME")
    changelog = text_of(admin.get(page_of(customer), {"tab": "changelog"}))
    assert "<ins>ACME</ins>" in changelog
    assert ".None" not in changelog


def test_a_number_is_allocated_to_an_extension_of_its_customer(operator: Client) -> None:
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    sent = {"customer": extension.customer.pk, "destination_type": "extension", "extension": extension.pk}
    response = operator.post(reverse("numbering:did_allocate", args=[did.pk]), sent)
    assert response.status_code == 302, text_of(response)
    allocation = did.allocations.get()
    assert (allocation.customer, allocation.extension) == (extension.customer, extension)


def test_an_extension_of_another_customer_is_no_choice(operator: Client) -> None:
    did, other = DIDFactory.create(), ExtensionFactory.create()
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    sent = {"customer": customer.pk, "destination_type": "extension", "extension": other.pk}
    response = operator.post(reverse("numbering:did_allocate", args=[did.pk]), sent)
    assert "Nothing was saved" in text_of(response)
    assert not did.allocations.exists()


def test_the_second_of_two_browsers_that_allocate_is_told(operator: Client) -> None:
    did, winner, loser = DIDFactory.create(), CustomerFactory.create(), CustomerFactory.create()
    allocate_did(did=did, customer=winner, destination_type="trunk")
    sent = {"customer": loser.pk, "destination_type": "trunk"}
    response = operator.post(reverse("numbering:did_allocate", args=[did.pk]), sent)
    assert "already allocated" in text_of(response)
    assert did.allocations.get().customer == winner


def test_a_destination_changes_and_a_release_ends_in_quarantine(operator: Client) -> None:
    allocation = DIDAllocationFactory.create()
    did = allocation.did
    sent = {"destination_type": "forward", "forward_to": "5511987654321"}
    assert operator.post(reverse("numbering:did_destination", args=[did.pk]), sent).status_code == 302
    assert did.allocations.get(ends_at=None).forward_to == "5511987654321"
    assert confirm(operator, reverse("numbering:did_release", args=[did.pk])).status_code == 302
    assert DID.objects.get(pk=did.pk).status == DIDStatus.QUARANTINED


def test_a_number_is_blocked_and_put_back(operator: Client) -> None:
    did = DIDFactory.create()
    confirm(operator, reverse("numbering:did_block", args=[did.pk]))
    assert DID.objects.get(pk=did.pk).status == DIDStatus.BLOCKED
    confirm(operator, reverse("numbering:did_unblock", args=[did.pk]))
    assert DID.objects.get(pk=did.pk).status == DIDStatus.FREE


def test_what_the_domain_refuses_at_a_button_is_said_on_the_next_page(operator: Client) -> None:
    did = DIDFactory.create()
    response = confirm(operator, reverse("numbering:did_release", args=[did.pk]), follow=True)
    assert "is not allocated" in text_of(response)


def test_a_range_is_created_in_one_step_or_not_at_all(operator: Client) -> None:
    sent = {
        "first": "551140001000",
        "last": "551140001019",
        "provider": ProviderFactory.create().pk,
        "monthly_cost": "1",
    }
    assert operator.post(reverse("numbering:did_range"), sent).status_code == 302
    assert DID.objects.count() == 20
    again = operator.post(reverse("numbering:did_range"), sent | {"first": "551140001010", "last": "551140001029"})
    assert "already in the inventory" in text_of(again)
    assert DID.objects.count() == 20


def test_a_new_user_gets_a_password_that_is_shown_once_and_opens_the_door(admin: Client) -> None:
    response = admin.post(reverse("users:user_create"), KINDS["users:user"].answers(), follow=True)
    password = text_of(response).split('id="new-password">')[1].split("<")[0]
    assert User.objects.get(username="maria").check_password(password)
    assert password not in text_of(admin.get(page_of(User.objects.get(username="maria"))))


def test_the_last_administrator_cannot_lower_itself(admin: Client) -> None:
    me = User.objects.get(role=Role.ADMIN)
    sent = {"username": me.username, "role": "viewer", "is_active": "on"}
    response = admin.post(reverse("users:user_edit", args=[me.pk]), sent)
    assert "last active administrator" in text_of(response)
    assert User.objects.get(pk=me.pk).role == Role.ADMIN


def test_apply_now_asks_for_a_complete_set_in_the_users_name(operator: Client) -> None:
    node = NodeFactory.create()
    response = operator.post(reverse("asterisk_sync:node_apply", args=[node.pk]), follow=True)
    assert "A worker applies" in text_of(response)
    asked = OutboxEntry.objects.get(node=node, action="sync")
    assert asked.actor == User.objects.get(role=Role.OPERATOR).username


def test_a_route_changed_by_its_form_keeps_what_the_form_does_not_show(operator: Client) -> None:
    customer = CustomerFactory.create()
    route = RouteFactory.create(gateways=[GatewayFactory.create()], customers=[customer])
    step = route.steps.get()
    sent = KINDS["routing:route"].answers() | {"customers": [customer.pk]}
    sent |= rows({"id": step.pk, "gateway": step.gateway.pk, "position": 1, "weight": 70}, initial=1)
    assert operator.post(reverse("routing:route_edit", args=[route.pk]), sent).status_code == 302
    assert list(route.customers.all()) == [customer]
    assert route.steps.get().weight == 70
