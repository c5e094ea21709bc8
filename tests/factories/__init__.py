"""Factories of valid objects, one module per app; `XFactory.create(...)` saves, `.build(...)` does not."""

from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory, RouteFactory, RouteGatewayFactory
from tests.factories.users import PASSWORD, UserFactory

__all__ = [
    "PASSWORD",
    "CdrFactory",
    "CustomerFactory",
    "DIDAllocationFactory",
    "DIDFactory",
    "ExtensionFactory",
    "GatewayFactory",
    "NodeFactory",
    "ProviderFactory",
    "RouteFactory",
    "RouteGatewayFactory",
    "TariffFactory",
    "TrunkAddressFactory",
    "UserFactory",
]
