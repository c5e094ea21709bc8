from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from customers.models import Customer, CustomerStatus, CustomerType, Extension, TrunkAddress
from customers.queries import primary_address
from customers.services import AddressTaken, WrongCustomerType, save_customer, save_trunk_address
from tests.customers.oracles import customer_of_address
from tests.factories import CustomerFactory, ExtensionFactory, TrunkAddressFactory, UserFactory
from voipadmin.core.errors import Conflict
from voipadmin.core.services import save_object
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def errors_of(call: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        call()
    return refusal.value.message_dict


def test_a_customer_is_saved_with_its_address_in_one_call() -> None:
    customer = save_customer(customer=CustomerFactory.build(), trunk_ip=" 203.0.113.7 ")
    address = customer.trunk_addresses.get()
    assert (address.network, address.port, address.receives_calls) == ("203.0.113.7", 5060, True)


def test_a_network_as_trunk_ip_only_calls() -> None:
    customer = save_customer(customer=CustomerFactory.build(), trunk_ip="203.0.113.0/29")
    assert not customer.trunk_addresses.get().receives_calls


def test_the_trunk_ip_changes_the_first_address_and_leaves_the_others() -> None:
    customer = CustomerFactory.create()
    TrunkAddressFactory.create(customer=customer, network="203.0.113.9", priority=2)
    TrunkAddressFactory.create(customer=customer, network="203.0.113.7", priority=1)
    save_customer(customer=customer, trunk_ip="203.0.113.8")
    assert sorted(customer.trunk_addresses.values_list("network", flat=True)) == ["203.0.113.8", "203.0.113.9"]
    first = primary_address(customer)
    assert first is not None
    assert first.network == "203.0.113.8"


def test_without_a_trunk_ip_the_addresses_stay_and_an_empty_one_removes_the_first() -> None:
    customer = save_customer(customer=CustomerFactory.build(), trunk_ip="203.0.113.7")
    save_customer(customer=customer)
    assert customer.trunk_addresses.count() == 1
    save_customer(customer=customer, trunk_ip="")
    assert customer.trunk_addresses.count() == 0


def test_a_wrong_trunk_ip_is_told_at_its_field_and_nothing_is_saved() -> None:
    customer = CustomerFactory.build()
    errors = errors_of(lambda: save_customer(customer=customer, trunk_ip="203.0.113.7/29"))
    assert list(errors) == ["trunk_ip"]
    assert "203.0.113.0/29" in errors["trunk_ip"][0]
    assert not Customer.objects.exists()
    # The same object can be saved once the input is mended.
    save_customer(customer=customer, trunk_ip="203.0.113.0/29")
    assert Customer.objects.count() == 1


def test_a_customer_of_extensions_has_no_trunk_ip() -> None:
    with pytest.raises(WrongCustomerType):
        save_customer(customer=CustomerFactory.build(type=CustomerType.EXTENSION), trunk_ip="203.0.113.7")
    assert not Customer.objects.exists()


@pytest.mark.parametrize("taken", ["203.0.113.0/29", "203.0.113.7", "203.0.0.0/16"])
def test_an_address_that_overlaps_anothers_is_one_clear_error(taken: str) -> None:
    owner = CustomerFactory.create(code="SECRETCO")
    TrunkAddressFactory.create(customer=owner, network=taken, receives_calls=False)
    with pytest.raises(AddressTaken) as refusal:
        save_customer(customer=CustomerFactory.build(), trunk_ip="203.0.113.7")
    assert refusal.value.field == "trunk_ip"
    assert "SECRETCO" not in str(refusal.value)
    assert Customer.objects.count() == 1


def test_who_may_see_the_owner_is_told_whose_the_address_is() -> None:
    owner = CustomerFactory.create(code="SECRETCO")
    TrunkAddressFactory.create(customer=owner, network="203.0.113.0/29", receives_calls=False)
    stranger = CustomerFactory.create()
    for role, customers, told in (
        (Role.OPERATOR, [], True),
        (Role.CUSTOMER, [stranger], False),
        (Role.CUSTOMER, [owner], True),
    ):
        address = TrunkAddressFactory.build(customer=stranger, network="203.0.113.7")
        with pytest.raises(AddressTaken) as refusal:
            save_trunk_address(address=address, user=UserFactory.create(role=role, customers=customers))
        assert ("SECRETCO" in str(refusal.value)) is told


def test_an_overlap_of_a_customers_own_addresses_is_told_as_such() -> None:
    held = TrunkAddressFactory.create(network="203.0.113.0/29", receives_calls=False)
    address = TrunkAddressFactory.build(customer=held.customer, network="203.0.113.7")
    with pytest.raises(AddressTaken, match=r"this customer's 203\.0\.113\.0/29"):
        save_trunk_address(address=address)


def test_the_database_refuses_an_overlap_that_bypasses_every_form() -> None:
    TrunkAddressFactory.create(network="203.0.113.0/29", receives_calls=False)
    with pytest.raises(IntegrityError, match="trunk_address_no_overlap"), transaction.atomic():
        TrunkAddress.objects.bulk_create(
            [TrunkAddressFactory.build(customer=CustomerFactory.create(), network="203.0.113.7")]
        )


def test_an_overlap_through_the_generic_form_is_refused_too() -> None:
    TrunkAddressFactory.create(network="203.0.113.0/29", receives_calls=False)
    address = TrunkAddressFactory.build(customer=CustomerFactory.create(), network="203.0.113.7")
    assert "already that of a customer" in errors_of(lambda: save_object(address))["__all__"][0]


def test_a_network_cannot_receive_calls() -> None:
    address = TrunkAddressFactory.build(customer=CustomerFactory.create(), network="203.0.113.0/29")
    assert list(errors_of(address.full_clean)) == ["receives_calls"]


def test_whose_an_address_is_is_found_by_any_address_of_its_network() -> None:
    address = TrunkAddressFactory.create(network="203.0.113.0/29", receives_calls=False)
    assert customer_of_address("203.0.113.6") == address.customer
    assert customer_of_address("203.0.113.8") is None


def test_a_code_is_unique_whatever_its_case() -> None:
    CustomerFactory.create(code="ACME")
    assert errors_of(CustomerFactory.build(code="acme").full_clean)["__all__"] == ["This code is taken."]
    with pytest.raises(IntegrityError, match="customer_code_unique"), transaction.atomic():
        CustomerFactory.create(code="Acme")


def test_a_lost_race_for_a_code_is_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create(code="ACME")
    late = CustomerFactory.build(code="ACME")
    monkeypatch.setattr(Customer, "validate_constraints", lambda *_args, **_kwargs: None)
    with pytest.raises(Conflict, match="a moment ago"):
        save_object(late)
    assert late._state.adding


@pytest.mark.parametrize("code", ["A;B", "A B", "", "Ä"])
def test_the_database_refuses_a_code_that_no_form_saw(code: str) -> None:
    with pytest.raises(IntegrityError, match="customer_code_fits_asterisk"), transaction.atomic():
        CustomerFactory.create(code=code)


@pytest.mark.parametrize("values", [{"type": "other"}, {"status": "paused"}])
def test_the_database_refuses_an_unknown_choice(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="customer_choices_known"), transaction.atomic():
        CustomerFactory.create(**values)


@pytest.mark.parametrize("limit", [0, 10_001])
def test_a_limit_is_neither_nothing_nor_boundless(limit: int) -> None:
    customer = CustomerFactory.build(channel_limit=limit, calls_per_second=limit)
    assert set(errors_of(customer.full_clean)) == {"channel_limit", "calls_per_second"}


def test_a_customer_with_extensions_does_not_become_a_trunk() -> None:
    customer = ExtensionFactory.create().customer
    customer.type = CustomerType.TRUNK
    assert "has extensions" in errors_of(lambda: save_customer(customer=customer))["type"][0]


def test_a_customer_with_addresses_does_not_become_one_of_extensions() -> None:
    customer = TrunkAddressFactory.create().customer
    customer.type = CustomerType.EXTENSION
    assert "has trunk addresses" in errors_of(lambda: save_customer(customer=customer))["type"][0]
    save_customer(customer=customer, trunk_ip="")
    customer.refresh_from_db()
    assert customer.type == CustomerType.EXTENSION


def test_closing_a_customer_sets_its_addresses_free_and_keeps_its_extensions() -> None:
    address = TrunkAddressFactory.create(network="203.0.113.7")
    address.customer.status = CustomerStatus.CLOSED
    save_customer(customer=address.customer)
    save_customer(customer=CustomerFactory.build(), trunk_ip="203.0.113.7")
    extension = ExtensionFactory.create()
    extension.customer.status = CustomerStatus.CLOSED
    save_customer(customer=extension.customer)
    assert Extension.objects.filter(pk=extension.pk).exists()


def test_suspending_a_customer_keeps_its_addresses() -> None:
    address = TrunkAddressFactory.create()
    address.customer.status = CustomerStatus.SUSPENDED
    save_customer(customer=address.customer)
    assert TrunkAddress.objects.filter(pk=address.pk).exists()


def test_a_user_of_a_customer_sees_only_its_own() -> None:
    mine, other = TrunkAddressFactory.create(), TrunkAddressFactory.create()
    user = UserFactory.create(role=Role.CUSTOMER, customers=[mine.customer])
    assert list(Customer.objects.visible_to(user)) == [mine.customer]
    assert list(TrunkAddress.objects.visible_to(user)) == [mine]
    assert set(Customer.objects.visible_to(UserFactory.create())) == {mine.customer, other.customer}
    user.is_active = False
    assert not Customer.objects.visible_to(user).exists()


def test_networks_are_kept_as_such_in_the_database() -> None:
    address = TrunkAddressFactory.create(network="203.0.113.7")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_typeof(network)::text FROM customers_trunkaddress WHERE id = %s", [address.pk])
        assert cursor.fetchone() == ("cidr",)
    assert TrunkAddress.objects.get(pk=address.pk).network == "203.0.113.7"


def test_a_change_is_in_the_changelog_with_before_and_after() -> None:
    customer = CustomerFactory.create(channel_limit=10)
    customer.channel_limit = 20
    save_customer(customer=customer)
    entry = LogEntry.objects.get_for_object(customer).latest("pk")
    assert entry.changes == {"channel_limit": ["10", "20"]}
