"""Numbers and allocations for tests."""

# mypy: allow-untyped-calls
# factory-boy's declarations carry no types.

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from tests.factories.customers import CustomerFactory
from tests.factories.routing import ProviderFactory


class DIDFactory(DjangoModelFactory[DID]):
    """A free number of São Paulo."""

    class Meta:
        model = DID

    number = Sequence(lambda n: f"55114{n:07d}")
    provider = SubFactory(ProviderFactory)


class DIDAllocationFactory(DjangoModelFactory[DIDAllocation]):
    """A number in force at a trunk customer."""

    class Meta:
        model = DIDAllocation

    did = SubFactory(DIDFactory, status=DIDStatus.ALLOCATED)
    customer = SubFactory(CustomerFactory)
    destination_type = DestinationType.TRUNK
