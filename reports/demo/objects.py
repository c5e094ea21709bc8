"""Makes the demo's customers, carriers, routes, tariffs and users, each where it is not there yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from billing.accounts.ledger import account_of
from billing.accounts.services import save_settings
from billing.models import Tariff
from customers.models import (
    Customer,
    CustomerStatus,
    CustomerType,
    Extension,
    TrunkAddress,
    generate_sip_secret,
)
from customers.services import save_customer, save_extension, save_trunk_address
from reports.demo.carriers import CARRIERS, LINES, PEERS, Line, Peer
from reports.demo.companies import CLOSED, COMPANIES, DESKS, TRUNKS, Company
from reports.demo.destinations import COUNTRIES
from reports.demo.places import Places
from reports.demo.rates import RATES
from routing.models import Authentication, Gateway, Provider, Route
from routing.services import RouteStep, save_route
from voipadmin.core.services import save_object
from voipadmin.users.models import User
from voipadmin.users.roles import Role
from voipadmin.users.services import generate_password, save_user

FIRST_EXTENSION = 1001
SIP_PORT = 5060
PEOPLE = (
    ("operador", "Marina", "Duarte", Role.OPERATOR),
    ("financeiro", "Paulo", "Siqueira", Role.FINANCE),
    ("visitante", "Vera", "Moraes", Role.VIEWER),
    ("cliente", "Helena", "Castro", Role.CUSTOMER),
)
CUSTOMER_OF_PEOPLE = "CLINICAVIDA"


def make_customers(places: Places) -> Iterator[str]:
    """Make customers with their addresses and extensions; yield each one's code."""
    for position, company in enumerate((*COMPANIES, CLOSED)):
        if not Customer.objects.filter(code=company.code).exists():
            _make_customer(company, 10 + 4 * position, places)
        yield company.code


def _make_customer(company: Company, spot: int, places: Places) -> None:
    trunk = company in TRUNKS or company is CLOSED
    customer = Customer(
        code=company.code,
        name=company.name,
        type=CustomerType.TRUNK if trunk else CustomerType.EXTENSION,
        # Numbers are given before it is suspended or closed.
        status=CustomerStatus.ACTIVE,
        channel_limit=company.channels,
        calls_per_second=max(2, company.channels // 8),
        caller_id_number=f"55{company.area}4000{spot:04d}",
        contact_name=company.contact,
        contact_phone=f"+55{company.area}3003{spot:04d}",
        contact_email=f"contato@{company.code.lower()}.example",
    )
    save_customer(customer=customer)
    account = account_of(customer)
    account.allowed_countries = list(COUNTRIES)
    save_settings(account=account)
    for number in range(company.addresses if trunk else 0):
        address = TrunkAddress(customer=customer, network=places.customer(spot + number), priority=number + 1)
        save_trunk_address(address=address)
    for number in range(company.extensions):
        extension = Extension(
            customer=customer,
            number=str(FIRST_EXTENSION + number),
            caller_id_name=DESKS[number],
            max_contacts=2 if number == 0 else 1,
        )
        save_extension(extension=extension)


def make_carriers(places: Places) -> Iterator[str]:
    """Make providers and gateways; yield each gateway's name."""
    for carrier in CARRIERS:
        if not Provider.objects.filter(name=carrier.name).exists():
            save_object(Provider(name=carrier.name, type=carrier.type, cost_per_minute=carrier.cost_per_minute))
    for peer in PEERS:
        if not Gateway.objects.filter(name=peer.name).exists():
            save_object(_gateway(peer, places))
        yield peer.name


def _gateway(peer: Peer, places: Places) -> Gateway:
    return Gateway(
        name=peer.name,
        provider=Provider.objects.get(name=peer.carrier),
        host="sip.brisa.example" if peer.registers else places.carrier(peer.spot),
        port=SIP_PORT,
        codecs=peer.codecs,
        tech_prefix=peer.tech_prefix,
        number_format=peer.number_format,
        caller_id_rule=peer.caller_id_rule,
        channel_limit=peer.channels,
        authentication=Authentication.REGISTRATION if peer.registers else Authentication.IP,
        username="asteriskadmin" if peer.registers else "",
        secret=generate_sip_secret() if peer.registers else "",
        enabled=not peer.registers,
    )


def make_routes() -> Iterator[str]:
    """Make the routes; yield each one's name."""
    gateways = {gateway.name: gateway for gateway in Gateway.objects.all()}
    for line in LINES:
        if not Route.objects.filter(name=line.name).exists():
            _make_route(line, gateways)
        yield line.name


def _make_route(line: Line, gateways: dict[str, Gateway]) -> None:
    save_route(
        route=Route(
            name=line.name,
            pattern=line.pattern,
            priority=line.priority,
            selection=line.selection,
            caller_id_number=line.caller_id,
            ring_seconds=45,
        ),
        steps=[RouteStep(gateways[name], weight) for name, weight in line.peers],
        customers=Customer.objects.filter(code__in=line.customers),
    )


def make_tariffs(now: datetime) -> Iterator[str]:
    """Make the tariffs, in force for a year; yield each one's destination."""
    for name, pattern, cost, price in RATES:
        if not Tariff.objects.filter(pattern=pattern).exists():
            tariff = Tariff(
                name=name,
                pattern=pattern,
                cost_per_minute=None if cost is None else Decimal(cost),
                price_per_minute=Decimal(price),
                effective_from=now - timedelta(days=365),
            )
            save_object(tariff)
        yield name


def make_people() -> Iterator[tuple[str, str, str]]:
    """Make a user for each role but the administrator's; yield name, role and the generated password."""
    for username, first, last, role in PEOPLE:
        if User.objects.filter(username=username).exists():
            continue
        user = User(username=username, first_name=first, last_name=last, role=role, email=f"{username}@demo.example")
        password = generate_password()
        save_user(user=user, password=password)
        if role == Role.CUSTOMER:
            user.customers.set(Customer.objects.filter(code=CUSTOMER_OF_PEOPLE))
        yield username, str(Role(role).label), password
