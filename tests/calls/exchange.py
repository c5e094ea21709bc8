"""A telephone exchange for one test: model objects are saved, applied, and called with SIPp."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from asterisk_sync.models import Node, RunOutcome
from asterisk_sync.pipeline.run import synchronise
from customers.models import Customer, CustomerType, Extension
from deploy.trial.asterisk import AsteriskInstance
from numbering.models import DID, DestinationType, DIDStatus
from routing.models import Gateway, Route
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.lab.network import LabNetwork
from tests.lab.records import CdrReader
from tests.lab.sipp import ANSWERS, Address, Behaviour, Call, CalledParty, Credentials, Outcome, place_call, register

FIRST_HOST = 10


@dataclass
class Carrier:
    """A gateway and the SIPp behind it."""

    gateway: Gateway
    party: CalledParty

    @property
    def numbers(self) -> list[str]:
        """The numbers that it was sent, in order."""
        return [invite.request_user for invite in self.party.trace().invites()]

    @property
    def callers(self) -> list[str]:
        """The caller numbers that it was shown."""
        return [user_of(invite.header("From")) for invite in self.party.trace().invites()]


@dataclass
class Trunk:
    """A trunk customer and the SIPp at its address."""

    customer: Customer
    party: CalledParty

    @property
    def numbers(self) -> list[str]:
        """The numbers that it was sent, in order."""
        return [invite.request_user for invite in self.party.trace().invites()]


@dataclass
class Phone:
    """A registered extension and the SIPp that answers for it."""

    extension: Extension
    party: CalledParty

    @property
    def credentials(self) -> Credentials:
        """The SIP user and secret."""
        return Credentials(self.extension.sip_username, self.extension.secret)

    @property
    def callers(self) -> list[str]:
        """The caller numbers that it was shown."""
        return [user_of(invite.header("From")) for invite in self.party.trace().invites()]


def user_of(header: str) -> str:
    """Return the user part of the URI in a From header."""
    return header.partition("sip:")[2].partition("@")[0]


@dataclass
class Exchange:
    """One Asterisk, the objects of one test and the parties that it started."""

    asterisk: AsteriskInstance
    network: LabNetwork
    cdrs: CdrReader
    node: Node
    stack: ExitStack
    hosts: int = field(default=FIRST_HOST, init=False)

    def host(self) -> str:
        """Return a loopback address that nobody else in this test has."""
        self.hosts += 1
        return self.network.host(self.hosts)

    def party(self, behaviour: Behaviour = ANSWERS) -> CalledParty:
        """Start a called party at an address of its own."""
        return self.stack.enter_context(CalledParty(Address(self.host()), behaviour))

    def carrier(self, name: str, behaviour: Behaviour = ANSWERS, **fields: Any) -> Carrier:
        """Start a carrier and save its gateway."""
        party = self.party(behaviour)
        values = {"qualify": False, "host": party.address.host, "port": party.address.port} | fields
        return Carrier(GatewayFactory.create(name=name, **values), party)

    def route(self, pattern: str, *carriers: Carrier, **fields: Any) -> Route:
        """Save a route over the carriers in order."""
        return RouteFactory.create(pattern=pattern, gateways=[carrier.gateway for carrier in carriers], **fields)

    def trunk(self, code: str, behaviour: Behaviour = ANSWERS, **fields: Any) -> Trunk:
        """Start a trunk customer and save it with its address."""
        party = self.party(behaviour)
        customer = CustomerFactory.create(code=code, **fields)
        TrunkAddressFactory.create(customer=customer, network=party.address.host, port=party.address.port)
        return Trunk(customer, party)

    def trunk_without_address(self, code: str) -> Customer:
        """Save a trunk customer that cannot call: for questions about its routes only."""
        return CustomerFactory.create(code=code)

    def company(self, code: str, **fields: Any) -> Customer:
        """Save a customer that has extensions."""
        return CustomerFactory.create(code=code, type=CustomerType.EXTENSION, **fields)

    def phone(self, customer: Customer, number: str, behaviour: Behaviour = ANSWERS, **fields: Any) -> Phone:
        """Save an extension and start the SIPp that will be its telephone; `register` makes it reachable."""
        extension = ExtensionFactory.create(customer=customer, number=number, **fields)
        return Phone(extension, CalledParty(Address(self.host()).bound(), behaviour))

    def device(self, behaviour: Behaviour = ANSWERS) -> CalledParty:
        """Return one more telephone, which listens from when it is registered."""
        return CalledParty(Address(self.host()).bound(), behaviour)

    def number(self, number: str, customer: Customer, destination: DestinationType, **fields: Any) -> DID:
        """Save an allocated number."""
        gateway = fields.pop("gateway", None)
        more = {"gateway": gateway, "provider": gateway.provider} if gateway else {}
        did = DIDFactory.create(number=number, status=DIDStatus.ALLOCATED, **more)
        DIDAllocationFactory.create(did=did, customer=customer, destination_type=destination, **fields)
        return did

    def apply(self) -> None:
        """Let the pipeline bring what is saved into Asterisk, and forget the call records so far."""
        run = synchronise(self.node.pk)
        assert run is not None, "no save asked for a synchronisation"
        assert run.outcome == RunOutcome.APPLIED, run.reason
        self.cdrs.skip()

    def register(self, phone: Phone) -> None:
        """Register the telephone from its own port, then have it listen there."""
        self.register_device(phone, phone.party)

    def register_device(self, phone: Phone, device: CalledParty) -> None:
        """Register one more device of the extension."""
        outcome = register(phone.credentials, phone=device.address, target=self.sip)
        assert outcome.trace.final_status("REGISTER") == 200, outcome
        self.stack.enter_context(device)

    @property
    def sip(self) -> Address:
        """Where Asterisk listens."""
        return Address(*self.asterisk.sip)

    def call(self, source: Carrier | Trunk | Phone | str, number: str, **options: Any) -> Outcome:
        """Place a call from a party's address, or from a bare address, and wait for its end."""
        if isinstance(source, Phone):
            options.setdefault("credentials", source.credentials)
        host = source if isinstance(source, str) else source.party.address.host
        return place_call(Call(number, **options), source=Address(host), target=self.sip)

    def call_many(self, calls: Iterable[tuple[Carrier | Trunk, str, dict[str, Any]]]) -> list[Outcome]:
        """Place calls of parties, each to a number with its options, eight at a time, and wait for the end of all."""
        with ThreadPoolExecutor(8) as pool:
            placed = [pool.submit(self.call, source, number, **options) for source, number, options in calls]
        return [call.result() for call in placed]

    @contextmanager
    def calling(self, source: Carrier | Trunk | Phone, number: str, **options: Any) -> Iterator[Future[Outcome]]:
        """Have a call under way, whose outcome is there at the end."""
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(self.call, source, number, **options)
            yield call
            call.result()

    def record(self) -> dict[str, str]:
        """Return the only record of the calls since `apply`."""
        return self.records(1)[0]

    def records(self, count: int) -> list[dict[str, str]]:
        """Return the records since `apply`, of which there must be `count`."""
        self.cdrs.wait(count)
        self.asterisk.wait_for("core show channels count", "0 active calls")
        found = self.cdrs.records()
        assert len(found) == count, found
        return found
