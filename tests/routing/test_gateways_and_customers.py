import pytest
from django.core.exceptions import ValidationError

from customers.models import TrunkAddress
from customers.services import AddressTaken, save_customer, save_trunk_address
from routing.models import Gateway
from tests.factories import CustomerFactory, GatewayFactory, ProviderFactory, TrunkAddressFactory
from voipadmin.core.services import save_object

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("network", ["198.51.100.7", "198.51.100.0/29"])
def test_a_customers_address_is_no_gateways(network: str) -> None:
    gateway = GatewayFactory.create(host="198.51.100.7")
    with pytest.raises(AddressTaken, match=gateway.name):
        save_trunk_address(
            address=TrunkAddress(customer=CustomerFactory.create(), network=network, receives_calls=False)
        )
    with pytest.raises(AddressTaken) as refusal:
        save_customer(customer=CustomerFactory.build(), trunk_ip=network)
    assert refusal.value.field == "trunk_ip"
    assert not TrunkAddress.objects.exists()


def test_a_gateway_has_no_customers_address() -> None:
    TrunkAddressFactory.create(network="198.51.100.0/29", receives_calls=False)
    gateway = GatewayFactory.build(host="198.51.100.7", provider=ProviderFactory.create())
    with pytest.raises(ValidationError) as refusal:
        save_object(gateway)
    assert list(refusal.value.message_dict) == ["host"]
    gateway.host = "198.51.100.8"
    save_object(gateway)
    assert Gateway.objects.count() == 1
