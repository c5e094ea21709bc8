"""What people save while things break: extensions, routes and destinations of numbers, created, changed, deleted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random

from django.db import Error, connection, transaction

from customers.models import Customer, CustomerType, Extension, TrunkAddress
from customers.services import save_extension
from numbering.models import DID, DestinationType
from numbering.services import allocate_did, change_destination
from routing.models import Gateway, Provider, Route
from routing.services import RouteStep, save_route, steps_of
from tests.faults.reading import TALK, Ledger
from voipadmin.core.services import delete_object, save_object

EXTENSIONS = 15
ROUTES = 6
NUMBERS = 6


@dataclass
class Company:
    """The objects of the installation and everything that happens to them."""

    random: Random
    caller: str
    carrier: tuple[str, int]
    ledger: Ledger = field(default_factory=Ledger)
    office: Customer = field(init=False)
    gateway: Gateway = field(init=False)
    refused: int = field(default=0, init=False)
    _serial: "count[int]" = field(default_factory=lambda: count(1), init=False)

    def found(self) -> None:
        """Save what is there from the beginning; the calls of the runs use what is never changed."""
        provider = save_object(Provider(name="Carrier"))
        host, port = self.carrier
        self.gateway = save_object(Gateway(name="GW_Carrier", provider=provider, host=host, port=port, qualify=False))
        trunk = save_object(Customer(code="TRUNK", name="Trunk", type=CustomerType.TRUNK))
        save_object(TrunkAddress(customer=trunk, network=self.caller))
        self.office = save_object(Customer(code="OFFICE", name="Office", type=CustomerType.EXTENSION))
        save_route(route=Route(name="Talk", pattern=TALK, priority=1), steps=[RouteStep(self.gateway)])
        for _ in range(EXTENSIONS):
            self.create_extension()
        for _ in range(ROUTES):
            self.create_route()
        for number in range(NUMBERS):
            did = save_object(DID(number=f"55114000{number:04d}", provider=provider))
            forward = DestinationType.FORWARD
            allocate_did(did=did, customer=self.office, destination_type=forward, forward_to=self._digits())

    def _digits(self) -> str:
        return f"0119{next(self._serial):07d}"

    def create_extension(self) -> None:
        """A new extension."""
        serial = next(self._serial)
        save_extension(
            extension=Extension(customer=self.office, number=f"{10_000 + serial}", caller_id_name=f"Desk{serial:06d}")
        )

    def _extension(self) -> Extension:
        extensions: list[Extension] = list(Extension.objects.order_by("number"))
        return self.random.choice(extensions)

    def change_extension(self) -> None:
        """Another name for an extension."""
        extension = self._extension()
        extension.caller_id_name = f"Desk{next(self._serial):06d}"
        save_extension(extension=extension)

    def delete_extension(self) -> None:
        """One extension less."""
        delete_object(self._extension())

    def create_route(self) -> None:
        """A new route with a pattern of its own."""
        serial = next(self._serial)
        route = Route(name=f"Route {serial}", pattern=f"_00441{serial:06d}X.", priority=20, prepend=f"77{serial:06d}")
        save_route(route=route, steps=[RouteStep(self.gateway)])

    def _route(self) -> Route:
        routes: list[Route] = list(Route.objects.exclude(pattern=TALK).order_by("pattern"))
        return self.random.choice(routes)

    def change_route(self) -> None:
        """Another prefix on a route."""
        route = self._route()
        route.prepend = f"77{next(self._serial):06d}"
        save_route(route=route, steps=steps_of(route))

    def delete_route(self) -> None:
        """One route less."""
        delete_object(self._route())

    def change_number(self) -> None:
        """A number is forwarded elsewhere."""
        did = self.random.choice(list(DID.objects.order_by("number")))
        change_destination(did=did, destination_type=DestinationType.FORWARD, forward_to=self._digits())

    def touch_route(self) -> None:
        """A route more, another one, or one less; there are never many more than in the beginning."""
        spare = Route.objects.count() - ROUTES
        choices = [self.create_route, self.change_route] if spare < 1 else [self.change_route, self.delete_route]
        self.random.choice(choices)()

    def save_several(self) -> None:
        """Do one of each kind, each in a transaction of its own, as requests of several people would."""
        work = [
            self.create_extension, self.change_extension, self.delete_extension, self.change_number, self.touch_route
        ]  # fmt: skip
        self.random.shuffle(work)
        for save in work:
            self._attempt(save)

    def save_at_once(self) -> None:
        """Do one of each kind in a single transaction: one generation, which no later one of the same batch heals."""
        with transaction.atomic():
            self.save_several()

    def _attempt(self, save: Callable[[], None]) -> bool:
        """Save as a request does; one that the database cannot take was told so, and is no change."""
        try:
            self.ledger.note()
            save()
            self.ledger.note()
        except Error:
            self.refused += 1
            connection.close()
            return False
        return True
