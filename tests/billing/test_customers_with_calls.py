from decimal import Decimal

import pytest

from billing.models import Cdr, Direction
from customers.models import Customer
from tests.factories import CdrFactory, CustomerFactory, TariffFactory
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object

pytestmark = pytest.mark.django_db


def test_a_customer_with_priced_calls_cannot_be_deleted_for_it_may_owe_money() -> None:
    customer = CustomerFactory.create()
    CdrFactory.create(
        customer=customer,
        direction=Direction.OUTBOUND,
        tariff=TariffFactory.create(),
        price=Decimal("1.50"),
        currency="BRL",
    )
    with pytest.raises(InUse):
        delete_object(customer)
    assert Cdr.objects.get().customer == Customer.objects.get()


def test_a_customer_without_a_charged_call_can_be_deleted() -> None:
    customer = CustomerFactory.create()
    CdrFactory.create(customer=customer, direction=Direction.INBOUND)
    delete_object(customer)
    assert Cdr.objects.get().customer is None
