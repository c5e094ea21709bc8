"""Objects for a node of a believable size, written past the signals: nothing runs on the node yet."""

from itertools import cycle, islice

from asterisk_sync.models import Node
from customers.models import Customer, CustomerType, Extension, TrunkAddress
from deploy.trial.asterisk import AsteriskInstance
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from routing.models import Gateway, Provider, Route, RouteGateway
from tests.bench.size import CARRIER, CUSTOMERS, SMALL, Size

IN_AN_OFFICE = 50
AREAS = range(11, 100)
FIRST_BLOCK = 2000
BATCH = 5000


def make_node(asterisk: AsteriskInstance, name: str = "bench") -> Node:
    """Save the node that `asterisk` is."""
    node: Node = Node.objects.create(
        name=name,
        ami_host=asterisk.ami_address,
        ami_port=asterisk.ami_port,
        ami_secret=asterisk.config.ami_secret,
        config_path=str(asterisk.config_dir),
        spool_path=str(asterisk.spool_dir / "outgoing"),
        cdr_path=str(asterisk.cdr_file),
    )
    return node


def populate(size: Size = SMALL) -> None:
    """Make customers with trunks and with extensions, numbers, and routes to gateways."""
    provider = Provider.objects.create(name="Bench")
    gateway = Gateway.objects.create(
        name="GW_Bench", provider=provider, host=CARRIER.host, port=CARRIER.port, channel_limit=10_000, qualify=False
    )
    others = Gateway.objects.bulk_create(
        Gateway(name=f"GW_Bench_{number}", provider=provider, host=_host(198, 18, number), qualify=False)
        for number in range(size.gateways - 1)
    )
    _trunks(size.trunks)
    add_numbers(size.numbers, add_extensions(size.extensions), gateway)
    _routes(size.routes, gateway, others)


def _host(first: int, second: int, number: int) -> str:
    return f"{first}.{second + number // 65_536}.{number // 256 % 256}.{number % 256}"


def _trunks(count: int) -> None:
    """Make the customers that call, and others with two addresses each at which nobody is."""
    callers = Customer.objects.bulk_create(_trunk(number, 10_000) for number in range(len(CUSTOMERS)))
    TrunkAddress.objects.bulk_create(
        TrunkAddress(customer=trunk, network=address.host) for trunk, address in zip(callers, CUSTOMERS, strict=True)
    )
    others = Customer.objects.bulk_create(_trunk(number, 30) for number in range(len(CUSTOMERS), count))
    TrunkAddress.objects.bulk_create(
        TrunkAddress(customer=trunk, network=_host(127, 100, number * 2 + place), priority=place + 1)
        for number, trunk in enumerate(others)
        for place in range(2)
    )


def _trunk(number: int, limit: int) -> Customer:
    return Customer(
        code=f"TRUNK{number}", name="Trunk", type=CustomerType.TRUNK, channel_limit=limit, calls_per_second=500
    )


def add_extensions(count: int, first_office: int = 0) -> list[Extension]:
    """Make extensions, fifty to a customer; customers are numbered from `first_office`."""
    offices = Customer.objects.bulk_create(
        (
            Customer(code=f"OFFICE{first_office + number}", name="Office", type=CustomerType.EXTENSION)
            for number in range(-(-count // IN_AN_OFFICE))
        ),
        batch_size=BATCH,
    )
    found: list[Extension] = Extension.objects.bulk_create(
        (
            Extension(customer=offices[number // IN_AN_OFFICE], number=str(1000 + number % IN_AN_OFFICE))
            for number in range(count)
        ),
        batch_size=BATCH,
    )
    return found


def add_numbers(count: int, extensions: list[Extension], gateway: Gateway, first: int = 0) -> None:
    """Make numbers that all begin alike, from the `first` one on, shared out among the extensions."""
    numbers = DID.objects.bulk_create(
        (
            DID(number=f"551150{n:06d}", provider=gateway.provider, gateway=gateway, status=DIDStatus.ALLOCATED)
            for n in range(first, first + count)
        ),
        batch_size=BATCH,
    )
    DIDAllocation.objects.bulk_create(
        (
            DIDAllocation(
                did=did, customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
            )
            for did, extension in zip(numbers, cycle(extensions), strict=False)
        ),
        batch_size=BATCH,
    )


def _routes(count: int, gateway: Gateway, others: list[Gateway]) -> None:
    """Make land lines and mobiles of each area code, one route for the rest, which overlaps them all, and blocks."""
    patterns = [(f"_0{area}[2-5]XXXXXXX", 10) for area in AREAS] + [(f"_0{area}9XXXXXXXX", 20) for area in AREAS]
    patterns = [*patterns[: count - 1], ("_0X.", 90)]
    blocks = [
        (f"_0{AREAS[number % len(AREAS)]}{FIRST_BLOCK + number // len(AREAS)}XXXX", 5)
        for number in range(count - len(patterns))
    ]
    routes = Route.objects.bulk_create(
        Route(name=f"Route {position}", pattern=pattern, priority=priority)
        for position, (pattern, priority) in enumerate([*patterns, *blocks])
    )
    carriers = [gateway] * len(patterns) + list(islice(cycle(others or [gateway]), len(blocks)))
    RouteGateway.objects.bulk_create(
        RouteGateway(route=route, gateway=carrier, position=1) for route, carrier in zip(routes, carriers, strict=True)
    )
