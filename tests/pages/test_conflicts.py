"""Two people on one form: the second is told what the first changed, and whose answers hold is a choice."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, CustomerType
from tests.entities import KINDS, ROWS
from tests.factories.customers import CustomerFactory, TrunkAddressFactory
from tests.pages.conftest import AsRole
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return str(response.content.decode())


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def answers(customer: Customer, **changed: Any) -> dict[str, Any]:
    names = ("code", "name", "type", "status", "channel_limit", "calls_per_second", "notes")
    return {**{name: getattr(customer, name) or "" for name in names}, **ROWS, **changed}


@pytest.fixture
def customer(db: None) -> Customer:
    made: Customer = CustomerFactory.create(type=CustomerType.EXTENSION, name="Before Ltda.")
    return made


def edit(customer: Customer) -> str:
    return f"/customers/{customer.pk}/edit/"


@pytest.mark.slow(seconds=0.3)
def test_the_second_is_told_who_changed_what_and_may_write_over_it(
    operator: Client, admin: Client, customer: Customer
) -> None:
    mine, theirs = (text_of(client.get(edit(customer))) for client in (operator, admin))
    assert (
        admin.post(edit(customer), answers(customer, name="Theirs Ltda.", version=version_in(theirs))).status_code
        == 302
    )
    sent = answers(customer, name="Mine Ltda.", version=version_in(mine))
    told = text_of(operator.post(edit(customer), sent))
    assert "Somebody saved this while you had it open." in told
    assert str(User.objects.get(role=Role.ADMIN)) in told
    assert "<del>Before Ltda.</del> → <ins>Theirs Ltda.</ins>" in told
    assert 'value="Mine Ltda."' in told
    assert Customer.objects.get().name == "Theirs Ltda."
    assert operator.post(edit(customer), sent | {"version": version_in(told)}).status_code == 302
    assert Customer.objects.get().name == "Mine Ltda."


@pytest.mark.slow(seconds=0.3)
def test_a_third_who_comes_between_is_told_as_well(operator: Client, admin: Client, customer: Customer) -> None:
    first = version_in(text_of(operator.get(edit(customer))))
    for name in ("One", "Two"):
        admin.post(edit(customer), answers(customer, name=name))
        told = text_of(operator.post(edit(customer), answers(customer, name="Mine", version=first)))
        assert f"<ins>{name}</ins>" in told
        first = version_in(told)
    assert Customer.objects.get().name == "Two"


def test_what_was_refused_is_no_conflict_with_oneself(operator: Client, customer: Customer) -> None:
    version = version_in(text_of(operator.get(edit(customer))))
    refused = text_of(operator.post(edit(customer), answers(customer, name="", version=version)))
    assert version_in(refused) == version
    assert operator.post(edit(customer), answers(customer, name="Mine", version=version)).status_code == 302


def test_rows_of_others_are_a_conflict_too(operator: Client, admin: Client) -> None:
    address = TrunkAddressFactory.create()
    customer = address.customer
    version = version_in(text_of(operator.get(edit(customer))))
    TrunkAddressFactory.create(customer=customer)
    told = text_of(operator.post(edit(customer), answers(customer, version=version)))
    assert "Trunk addresses: others than when you opened the form." in told


def test_what_the_form_does_not_hold_is_no_conflict(operator: Client, customer: Customer) -> None:
    version = version_in(text_of(operator.get(edit(customer))))
    Customer.objects.get().save()
    assert operator.post(edit(customer), answers(customer, name="Mine", version=version)).status_code == 302


@pytest.mark.parametrize("version", ["", "nonsense", "1", "9" * 40, "-1..", "0.x.y", "1\0"])
def test_a_version_that_is_none_loses_nothing(operator: Client, customer: Customer, version: str) -> None:
    assert operator.post(edit(customer), answers(customer, name="Mine", version=version)).status_code in {200, 302}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_form_of_an_object_knows_its_version(as_role: AsRole, kind: str) -> None:
    namespace, _colon, model = kind.partition(":")
    page = as_role(Role.ADMIN).get(reverse(f"{namespace}:{model}_edit", args=[KINDS[kind].make().pk]))
    assert version_in(text_of(page))


def test_a_new_object_has_no_version(operator: Client) -> None:
    assert 'name="version"' not in text_of(operator.get("/customers/new/"))
