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
from reports.demo.carriers import GATEWAYS, PROVIDERS, ROUTES, DemoGateway, DemoRoute
from reports.demo.companies import CLOSED, COMPANIES, DESKS, TRUNKS, Company
from reports.demo.destinations import COUNTRIES
from reports.demo.places import Places
from reports.demo.rates import ALL_RATES
from routing.models import Authentication, Gateway, Provider, Route
from routing.services import RouteStep, save_route
from voipadmin.core.services import save_object
from voipadmin.users.models import User
from voipadmin.users.people.services import generate_password, save_user
from voipadmin.users.roles import Role

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
    for provider in PROVIDERS:
        if not Provider.objects.filter(name=provider.name).exists():
            save_object(Provider(name=provider.name, type=provider.type, cost_per_minute=provider.cost_per_minute))
    for wanted in GATEWAYS:
        if not Gateway.objects.filter(name=wanted.name).exists():
            save_object(_gateway(wanted, places))
        yield wanted.name


def _gateway(wanted: DemoGateway, places: Places) -> Gateway:
    return Gateway(
        name=wanted.name,
        provider=Provider.objects.get(name=wanted.provider),
        host="sip.brisa.example" if wanted.registers else places.carrier(wanted.spot),
        port=SIP_PORT,
        codecs=wanted.codecs,
        tech_prefix=wanted.tech_prefix,
        number_format=wanted.number_format,
        caller_id_rule=wanted.caller_id_rule,
        channel_limit=wanted.channels,
        authentication=Authentication.REGISTRATION if wanted.registers else Authentication.IP,
        username="asteriskadmin" if wanted.registers else "",
        secret=generate_sip_secret() if wanted.registers else "",
        enabled=not wanted.registers,
    )


def make_routes() -> Iterator[str]:
    """Make the routes; yield each one's name."""
    gateways = {gateway.name: gateway for gateway in Gateway.objects.all()}
    for wanted in ROUTES:
        if not Route.objects.filter(name=wanted.name).exists():
            _make_route(wanted, gateways)
        yield wanted.name


def _make_route(wanted: DemoRoute, gateways: dict[str, Gateway]) -> None:
    save_route(
        route=Route(
            name=wanted.name,
            pattern=wanted.pattern,
            priority=wanted.priority,
            selection=wanted.selection,
            caller_id_number=wanted.caller_id,
            ring_seconds=45,
        ),
        steps=[RouteStep(gateways[name], weight) for name, weight in wanted.gateways],
        customers=Customer.objects.filter(code__in=wanted.customers),
    )


def make_tariffs(now: datetime) -> Iterator[str]:
    """Make the tariffs, in force for a year; yield each one's destination."""
    for matches, name, pattern, cost, price in ALL_RATES:
        if not Tariff.objects.filter(matches=matches, pattern=pattern).exists():
            tariff = Tariff(
                name=name,
                matches=matches,
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
