"""Snapshots full of hostile values: those that form or guard refuse are counted, all others are in the set."""

import dataclasses
import ipaddress
import random
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from asterisk_sync.generations.validation import validate
from asterisk_sync.rendering import render_files
from asterisk_sync.snapshot.values import (
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    RouteStepSnapshot,
    Snapshot,
    TrunkAddressSnapshot,
)
from routing.route_lines import RouteLine, route_lines
from tests.core.numbers.plans import BRAZIL
from tests.fuzz.fields import ADDRESS, CUSTOMER, DID_NUMBER, EXTENSION, GATEWAY, ROUTE, Field
from tests.fuzz.hostile import hostile
from tests.fuzz.tally import Tally
from voipadmin.core.validators import validate_pattern

GATEWAYS, TRUNKS, OFFICES, EXTENSIONS, ROUTES, DIDS = 50, 50, 8, 45, 80, 150
MOST_ADDRESSES = 3
# Of the refused values, so many are rendered all the same, to see that the guard stands where it should.
CHECKED = 0.02
# Fields of which no two values may be equal, whatever the case of their letters, and the space that they share.
UNIQUE = {
    "gateway.name": "endpoint",
    "extension.sip_username": "endpoint",
    "customer.code": "customer",
    "did.number": "number",
}
INTEGERS = ("", "-1", "0", "65536", "1;x", "1\n", "\u0661", "1_0", "1.0", "9" * 25, "1e3", "0x10", "+1", " 1", "${X}")
REFUSALS = (ValueError, KeyError)


class Maker:
    """Makes one set after the other from one seed."""

    def __init__(self, chance: random.Random, tally: Tally) -> None:
        self.chance = chance
        self.tally = tally
        self.ids = 0
        self._forget()

    def _forget(self) -> None:
        self.taken: set[tuple[str, str]] = set()
        self.networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        # The cases that are in the set: kind of field -> how many.
        self.pending: dict[str, int] = {}
        # Refused values that are rendered alone, as if they had got into the database all the same.
        self.insisted: list[tuple[Field, Any]] = []

    def next_set(self) -> Snapshot:
        """Return a snapshot; what is in it has passed the guard."""
        self._forget()
        gateways = tuple(self._gateway(index) for index in range(GATEWAYS))
        trunks = tuple(self._trunk() for _ in range(TRUNKS))
        offices = tuple(self._office() for _ in range(OFFICES))
        names = [gateway.name for gateway in gateways]
        codes = [customer.code for customer in (*trunks, *offices)]
        routes = tuple(self._route(names, codes) for _ in range(ROUTES))
        extensions = [(office.code, extension.username) for office in offices for extension in office.extensions]
        dids = tuple(self._did(names, codes, extensions) for _ in range(DIDS))
        return Snapshot(BRAZIL, (*trunks, *offices), gateways, routes, dids)

    def _id(self) -> UUID:
        self.ids += 1
        return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + self.ids)

    def _values(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        return {name: self._value(field) for name, field in fields.items()}

    def _value(self, field: Field) -> Any:
        """Draw a value: one case. One that is refused is counted and a good one takes its place."""
        good = field.good(self.chance)
        if isinstance(good, int):
            value: Any = self.chance.choice(INTEGERS) if self.chance.random() < 0.5 else good
        else:
            value = hostile(self.chance, good)
        accepted, saved = field.saved(value)
        guarded = field.is_guarded(_as_printed(field, saved))
        if guarded and (accepted or self._is_taken_by_the_renderer(field, saved)) and self._is_free(field, saved):
            self.pending[field.label] = self.pending.get(field.label, 0) + 1
            return self._taken(field, saved)
        self.tally.count(field.label, "refused")
        if accepted and not guarded:
            self.tally.disagreements[f"{field.label}: {value!r}"] += 1
        if not guarded and self.chance.random() < CHECKED:
            self.insisted.append((field, saved))
        while not self._is_free(field, good):
            good = field.good(self.chance)
        return self._taken(field, good)

    @staticmethod
    def _is_taken_by_the_renderer(field: Field, value: Any) -> bool:
        """Tell whether a value that no form takes would be written, if it were in the database."""
        try:
            validate(render_files(lone(field, value), 1), None)
        except REFUSALS:
            return False
        return True

    def _is_free(self, field: Field, value: Any) -> bool:
        """The database has each name once, whatever the case of its letters; an address is one peer's."""
        if field.label == "trunkaddress.network":
            network = ipaddress.ip_network(value, strict=False)
            return not any(network.version == other.version and network.overlaps(other) for other in self.networks)
        return field.label not in UNIQUE or (UNIQUE[field.label], str(value).casefold()) not in self.taken

    def _taken(self, field: Field, value: Any) -> Any:
        if field.label == "trunkaddress.network":
            self.networks.append(ipaddress.ip_network(value, strict=False))
        if field.label in UNIQUE:
            self.taken.add((UNIQUE[field.label], str(value).casefold()))
        return value

    def _gateway(self, index: int) -> GatewaySnapshot:
        values = self._values(GATEWAY)
        authenticates = bool(values["username"] and values["secret"])
        return GatewaySnapshot(
            id=self._id(),
            addresses=(f"198.18.{index // 250}.{index % 250 + 1}",) if self.chance.random() < 0.9 else (),
            registers=authenticates and self.chance.random() < 0.5,
            qualify=self.chance.random() < 0.8,
            reroute_forbidden=self.chance.random() < 0.5,
            **_typed(values | {"codecs": _codecs(values["codecs"])}),
        )

    def _trunk(self) -> CustomerSnapshot:
        addresses = tuple(self._address() for _ in range(self.chance.randint(1, MOST_ADDRESSES)))
        return self._customer("trunk", addresses=addresses)

    def _office(self) -> CustomerSnapshot:
        found = {extension.number: extension for extension in (self._extension() for _ in range(EXTENSIONS))}
        return self._customer("extension", extensions=tuple(found.values()))

    def _customer(self, kind: str, **parts: Any) -> CustomerSnapshot:
        values = _typed(self._values(CUSTOMER))
        return CustomerSnapshot(id=self._id(), type=kind, active=self.chance.random() < 0.9, **values, **parts)

    def _address(self) -> TrunkAddressSnapshot:
        receives = self.chance.random() < 0.8
        return TrunkAddressSnapshot(receives_calls=receives, **_typed(self._values(ADDRESS)))

    def _extension(self) -> ExtensionSnapshot:
        values = self._values(EXTENSION)
        enabled = self.chance.random() < 0.9
        # As it is loaded: who has no endpoint has no secret.
        values |= {"codecs": _codecs(values["codecs"]), "enabled": enabled} | ({} if enabled else {"secret": ""})
        return ExtensionSnapshot(id=self._id(), **_typed(values))

    def _route(self, gateways: list[str], customers: list[str]) -> RouteSnapshot:
        names = self.chance.sample(gateways, self.chance.randint(1, 3))
        steps = tuple(RouteStepSnapshot(name, self.chance.randint(1, 1000)) for name in names)
        owners = tuple(sorted(self.chance.sample(customers, 2))) if self.chance.random() < 0.2 else ()
        by_weight = self.chance.random() < 0.3
        values = _with_lines(_typed(self._values(ROUTE)))
        return RouteSnapshot(id=self._id(), by_weight=by_weight, steps=steps, customers=owners, **values)

    def _did(self, gateways: list[str], customers: list[str], extensions: list[tuple[str, str]]) -> DIDSnapshot:
        values = self._values(DID_NUMBER)
        gateway = self.chance.choice(gateways) if self.chance.random() < 0.3 else ""
        customer, extension = self.chance.choice(customers), ""
        destination = "forward" if values["forward_to"] else self.chance.choice(("trunk", "extension"))
        if destination == "extension":
            customer, extension = self.chance.choice(extensions)
        return DIDSnapshot(
            self._id(), gateway=gateway, customer=customer, destination=destination, extension=extension, **values
        )


def _as_printed(field: Field, value: Any) -> Any:
    """Return a value as the models and the renderer write it: names without outer blanks, lists in one form."""
    if field.label == "extension.caller_id_name":
        return value.strip()
    return ",".join(_codecs(value)) if field.label.endswith(".codecs") else value


def _codecs(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers as the database gives them back."""
    numbers = {"port", "strip_digits", "channel_limit", "calls_per_second", "priority", "max_contacts", "ring_seconds"}
    return {name: int(value) if name in numbers else value for name, value in values.items()}


def _with_lines(values: dict[str, Any]) -> dict[str, Any]:
    """Return a route's values with its pattern compiled, as the snapshot has them; what is none stands as it is."""
    if "pattern" not in values:
        return values
    try:
        validate_pattern(values["pattern"])
    except ValidationError:
        return values | {"lines": (RouteLine(values["pattern"]),)}
    return values | {"lines": route_lines(values["pattern"], BRAZIL)}


def _snapshot() -> Snapshot:
    """Return a good set with one of each, in which one value is then replaced."""
    maker = Maker(random.Random(1), Tally())  # noqa: S311 - chance, not secrets
    # Good values only.
    maker._value = lambda field: maker._taken(field, field.good(maker.chance))  # type: ignore[method-assign]
    gateway = dataclasses.replace(
        maker._gateway(0), registers=True, username="5511", secret="abcdefgh12", caller_id_rule="fixed",
        tech_prefix="1", prepend="2", strip_digits=1,
    )  # fmt: skip
    office = maker._customer("extension", extensions=(dataclasses.replace(maker._extension(), enabled=True),))
    trunk = maker._customer("trunk", addresses=(dataclasses.replace(maker._address(), receives_calls=True),))
    trunk, office = dataclasses.replace(trunk, active=True), dataclasses.replace(office, active=True)
    route = dataclasses.replace(maker._route([gateway.name] * 3, [trunk.code, office.code]), customers=())
    route = dataclasses.replace(route, steps=(RouteStepSnapshot(gateway.name, 1),))
    did = DIDSnapshot(maker._id(), "551140001000", gateway.name, trunk.code, "trunk")
    return Snapshot(BRAZIL, (trunk, office), (gateway,), (route,), (did,))


GOOD = _snapshot()


def lone(field: Field, value: Any) -> Snapshot:
    """Return a small good set with one value replaced, wherever it came from."""
    model, _dot, name = field.label.partition(".")
    name = "username" if name == "sip_username" else name
    given = {name: tuple(str(value).split(",")) if name == "codecs" else value}
    return dataclasses.replace(GOOD, **LONE[model](given))


def _lone_customer(given: dict[str, Any]) -> dict[str, Any]:
    trunk, office = GOOD.customers
    return {"customers": (dataclasses.replace(trunk, **given), office), "dids": ()}


def _lone_address(given: dict[str, Any]) -> dict[str, Any]:
    return _lone_customer({"addresses": (dataclasses.replace(GOOD.customers[0].addresses[0], **given),)})


def _lone_extension(given: dict[str, Any]) -> dict[str, Any]:
    trunk, office = GOOD.customers
    extension = dataclasses.replace(office.extensions[0], **given)
    return {"customers": (trunk, dataclasses.replace(office, extensions=(extension,)))}


def _lone_did(given: dict[str, Any]) -> dict[str, Any]:
    destination = "forward" if "forward_to" in given else "trunk"
    return {"dids": (dataclasses.replace(GOOD.dids[0], destination=destination, **given),)}


LONE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "gateway": lambda given: {
        "gateways": (dataclasses.replace(GOOD.gateways[0], **given),), "routes": (), "dids": (),
    },
    "customer": _lone_customer,
    "trunkaddress": _lone_address,
    "extension": _lone_extension,
    "route": lambda given: {"routes": (dataclasses.replace(GOOD.routes[0], **_with_lines(given)),)},
    "did": _lone_did,
    "didallocation": _lone_did,
}  # fmt: skip
