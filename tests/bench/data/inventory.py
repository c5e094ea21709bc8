"""The inventory: customers with accounts and extensions, carriers with gateways and routes, numbers, tariffs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from asterisk_sync.models import Node
from billing.models import Account, AccountKind, Tariff
from customers.models import Customer, CustomerType, Extension
from numbering.models import DID, DIDAllocation, DIDStatus
from routing.models import Gateway, Provider, Route, RouteGateway
from tests.bench.data.sizes import DataSize

BATCH = 5_000
PROVIDERS = ("Vivo", "Claro", "Tim", "Oi", "Algar", "Embratel", "Telefonica", "Sercomtel", "Ligga", "Directcall")
AREAS = (11, 21, 31, 41, 51, 61, 71, 81, 85, 19, 27, 47, 48, 62, 67, 91, 92)
# Prefix, name, price of a minute: what a Brazilian carrier's customers call abroad.
ABROAD = (
    ("1", "North America", "0.12"), ("351", "Portugal", "0.18"), ("34", "Spain", "0.17"), ("39", "Italy", "0.19"),
    ("49", "Germany", "0.16"), ("44", "United Kingdom", "0.15"), ("54", "Argentina", "0.22"),
    ("598", "Uruguay", "0.31"), ("595", "Paraguay", "0.29"),
    ("56", "Chile", "0.21"), ("57", "Colombia", "0.25"), ("86", "China", "0.11"),
)  # fmt: skip
PREMIUM = (("53", "Cuba", "4.20"), ("8816", "Iridium", "19.90"), ("252", "Somalia", "3.80"), ("675", "Papua", "5.10"))
INITIAL_BLOCK, INCREMENT = 30, 6
NODES = ("pabx-sp", "pabx-rj")


@dataclass(frozen=True, slots=True)
class Destination:
    """What a tariff is for: its pattern, and how many digits a number of it has behind `prefix`."""

    name: str
    pattern: str
    prefix: str
    digits: int
    kind: str
    country: str
    price: Decimal
    cost: Decimal | None = None  # without one, what the carrier asks for every minute


def destinations() -> list[Destination]:
    """Return every destination that calls are made to, with its price; the most called first."""
    home: list[Destination] = []
    for place, area in enumerate(AREAS):
        step = Decimal(place) / 1000
        mobile, fixed = f"55{area}9", f"55{area}"
        home.append(Destination("Brasil móvel", mobile, mobile, 8, "mobile", "BR", Decimal("0.11") + step))
        home.append(Destination("Brasil fixo", fixed, fixed + "3", 7, "geographic", "BR", Decimal("0.05") + step))
    abroad = [
        Destination(name, prefix, prefix, 9, "geographic", "XX", Decimal(p), _bought(p)) for prefix, name, p in ABROAD
    ]
    premium = [
        Destination(name, prefix, prefix, 8, "premium", "XX", Decimal(p), _bought(p)) for prefix, name, p in PREMIUM
    ]
    return home + abroad + premium


def _bought(price: str) -> Decimal:
    return Decimal(price) * 3 / 4


def make_inventory(size: DataSize, now: datetime) -> Iterator[str]:
    """Make all objects; yield what was made."""
    since = now - timedelta(days=31 * (size.months + 1))
    for name in NODES:
        Node.objects.create(name=name, host="127.0.0.1", ami_host="127.0.0.1", enabled=False)
    _make_carriers(size, since)
    yield "carriers"
    customers = _make_customers(size)
    yield "customers"
    extensions = _make_extensions(size, customers)
    yield "extensions"
    _make_numbers(size, customers, extensions, since)
    yield "numbers"


def _make_carriers(size: DataSize, since: datetime) -> None:
    providers = Provider.objects.bulk_create(
        Provider(name=name, cost_per_minute=Decimal("0.028") + Decimal(place) / 1000)
        for place, name in enumerate(PROVIDERS)
    )
    gateways = Gateway.objects.bulk_create(
        Gateway(
            name=f"GW_{PROVIDERS[n % len(PROVIDERS)]}_{n:02}", provider=providers[n % len(PROVIDERS)],
            host=f"198.18.{n // 250}.{n % 250 + 1}", channel_limit=300,
        )
        for n in range(size.gateways)
    )  # fmt: skip
    routes = Route.objects.bulk_create(
        [
            Route(name="Móvel", pattern="_0ZZ9XXXXXXXX", priority=10),
            Route(name="Fixo", pattern="_0ZZ[2-5]XXXXXXX", priority=20),
            Route(name="Internacional", pattern="_00X.", priority=30),
        ]
    )
    RouteGateway.objects.bulk_create(
        RouteGateway(route=route, gateway=gateway, position=place + 1)
        for number, route in enumerate(routes)
        for place, gateway in enumerate(gateways[number :: len(routes)])
    )
    Tariff.objects.bulk_create(
        Tariff(
            name=to.name, pattern=to.pattern, price_per_minute=to.price, cost_per_minute=to.cost, free_seconds=0,
            effective_from=since,
            initial_block_seconds=INITIAL_BLOCK, increment_seconds=INCREMENT,
        )
        for to in destinations()
    )  # fmt: skip


def _make_customers(size: DataSize) -> list[Customer]:
    # A fifth has trunks; of these no extensions come.
    customers: list[Customer] = Customer.objects.bulk_create(
        Customer(
            code=f"C{n:05}", name=f"Cliente {n:05} Ltda.", caller_id_number=str(551130000000 + n),
            type=CustomerType.TRUNK if n % 5 == 0 else CustomerType.EXTENSION, home_area=str(AREAS[n % len(AREAS)]),
        )
        for n in range(size.customers)
    )  # fmt: skip
    Account.objects.bulk_create(
        Account(
            customer=customer,
            kind=AccountKind.PREPAID if n % 4 == 0 else AccountKind.POSTPAID,
            credit_limit=Decimal(5_000) if n % 4 else Decimal(0),
        )
        for n, customer in enumerate(customers)
    )
    return customers


def _make_extensions(size: DataSize, customers: list[Customer]) -> list[Extension]:
    owners = [customer for customer in customers if customer.type == CustomerType.EXTENSION]
    rows = (
        Extension(
            customer=owners[n % len(owners)], number=str(1001 + n // len(owners)), sip_username=f"u{n:015x}",
            caller_id_name=f"Ramal {n}",
        )
        for n in range(size.extensions)
    )  # fmt: skip
    made: list[Extension] = Extension.objects.bulk_create(rows, batch_size=BATCH)
    return made


def _make_numbers(size: DataSize, customers: list[Customer], extensions: list[Extension], since: datetime) -> None:
    providers = list(Provider.objects.all())
    dids = DID.objects.bulk_create((_did(n, providers[n % len(providers)]) for n in range(size.dids)), batch_size=BATCH)
    allocated = ((n, did) for n, did in enumerate(dids) if did.status == DIDStatus.ALLOCATED)
    DIDAllocation.objects.bulk_create(
        (_allocation(n, did, customers, extensions, since) for n, did in allocated), batch_size=BATCH
    )


def _did(number: int, provider: Provider) -> DID:
    area = AREAS[number % len(AREAS)]
    # Of ten numbers seven are allocated, two free, and one is blocked.
    status = {7: DIDStatus.FREE, 8: DIDStatus.FREE, 9: DIDStatus.BLOCKED}.get(number % 10, DIDStatus.ALLOCATED)
    return DID(number=f"55{area}4{number:07}", provider=provider, status=status, monthly_cost=Decimal("2.5"))


def _allocation(
    number: int, did: DID, customers: list[Customer], extensions: list[Extension], since: datetime
) -> DIDAllocation:
    if number % 2:
        extension = extensions[number % len(extensions)]
        owner = {"customer_id": extension.customer_id, "extension": extension, "destination_type": "extension"}
    else:
        # The trunks' customers are every fifth.
        trunk = customers[number * 5 % len(customers) // 5 * 5]
        owner = {"customer_id": trunk.pk, "destination_type": "trunk"}
    return DIDAllocation(did=did, starts_at=since, monthly_price=Decimal("9.9"), **owner)
