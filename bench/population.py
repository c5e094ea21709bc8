"""Objects for a node of a believable size, written past the signals: nothing runs on the node yet."""

from asterisk_sync.models import Node
from bench.size import CARRIER, CUSTOMERS, EXTENSIONS, NUMBERS, ROUTES
from customers.models import Customer, CustomerType, Extension, TrunkAddress
from deploy.trial.asterisk import AsteriskInstance
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from routing.models import Gateway, Provider, Route, RouteGateway

OFFICES = 20
AREAS = range(11, 100)


def make_node(asterisk: AsteriskInstance) -> Node:
    """Save the node that `asterisk` is."""
    node: Node = Node.objects.create(
        name="bench",
        ami_host=asterisk.ami_address,
        ami_port=asterisk.ami_port,
        ami_secret=asterisk.config.ami_secret,
        config_path=str(asterisk.config_dir),
        spool_path=str(asterisk.spool_dir / "outgoing"),
        cdr_path=str(asterisk.cdr_file),
    )
    return node


def populate() -> None:
    """Make customers with trunks and with extensions, numbers, and routes to one gateway."""
    provider = Provider.objects.create(name="Bench")
    gateway = Gateway.objects.create(
        name="GW_Bench", provider=provider, host=CARRIER.host, port=CARRIER.port, channel_limit=10_000, qualify=False
    )
    for number, address in enumerate(CUSTOMERS):
        trunk = Customer.objects.create(
            code=f"TRUNK{number}", name="Trunk", type=CustomerType.TRUNK, channel_limit=10_000, calls_per_second=500
        )
        TrunkAddress.objects.create(customer=trunk, network=address.host)
    _offices(provider, gateway)
    _routes(gateway)


def _offices(provider: Provider, gateway: Gateway) -> None:
    offices = [
        Customer.objects.create(code=f"OFFICE{number}", name="Office", type=CustomerType.EXTENSION)
        for number in range(OFFICES)
    ]
    share = EXTENSIONS // OFFICES
    extensions = Extension.objects.bulk_create(
        Extension(customer=office, number=str(1000 + number)) for office in offices for number in range(share)
    )
    numbers = DID.objects.bulk_create(
        DID(number=f"551150{n:06d}", provider=provider, gateway=gateway, status=DIDStatus.ALLOCATED)
        for n in range(NUMBERS)
    )
    DIDAllocation.objects.bulk_create(
        DIDAllocation(
            did=did, customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
        )
        for did, extension in zip(numbers, extensions, strict=True)
    )


def _routes(gateway: Gateway) -> None:
    """Land lines of each area code, mobiles of a few, and one route for the rest, which overlaps them all."""
    patterns = [(f"_0{area}[2-5]XXXXXXX", 10) for area in AREAS]
    patterns += [(f"_0{area}9XXXXXXXX", 20) for area in AREAS[: ROUTES - 1 - len(patterns)]]
    for position, (pattern, priority) in enumerate([*patterns, ("_0X.", 90)]):
        route = Route.objects.create(name=f"Route {position}", pattern=pattern, priority=priority)
        RouteGateway.objects.create(route=route, gateway=gateway, position=1)
