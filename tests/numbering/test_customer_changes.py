"""What becomes of a customer's numbers when the customer changes."""

import pytest

from customers.models import CustomerStatus, CustomerType
from customers.services import save_customer
from numbering import services
from numbering.errors import CustomerRefused
from numbering.models import DestinationType, DIDStatus
from tests.factories import CustomerFactory, DIDFactory, TrunkAddressFactory

pytestmark = pytest.mark.django_db


@pytest.mark.slow(seconds=1)
def test_closing_a_customer_puts_its_numbers_into_quarantine() -> None:
    customer = CustomerFactory.create()
    dids = DIDFactory.create_batch(3)
    for did in dids:
        services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK)
    customer.status = CustomerStatus.CLOSED
    save_customer(customer=customer)
    for did in dids:
        did.refresh_from_db()
        assert did.status == DIDStatus.QUARANTINED
        assert did.allocations.get().ends_at is not None


def test_a_suspended_customer_keeps_its_numbers() -> None:
    customer, did = CustomerFactory.create(), DIDFactory.create()
    services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK)
    customer.status = CustomerStatus.SUSPENDED
    save_customer(customer=customer)
    did.refresh_from_db()
    assert did.status == DIDStatus.ALLOCATED


def test_a_customer_whose_numbers_go_to_its_trunk_keeps_its_type() -> None:
    customer, did = CustomerFactory.create(), DIDFactory.create()
    services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK)
    customer.type = CustomerType.EXTENSION
    with pytest.raises(CustomerRefused) as refusal:
        save_customer(customer=customer)
    assert refusal.value.field == "type"
    customer.refresh_from_db()
    assert customer.type == CustomerType.TRUNK


def test_a_refused_change_of_type_leaves_the_address_that_was_to_be_removed() -> None:
    customer, did = CustomerFactory.create(), DIDFactory.create()
    address = TrunkAddressFactory.create(customer=customer)
    services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK)
    customer.type = CustomerType.EXTENSION
    with pytest.raises(CustomerRefused):
        save_customer(customer=customer, trunk_ip="")
    assert list(customer.trunk_addresses.all()) == [address]
