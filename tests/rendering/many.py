"""Snapshots of any size, in documentation addresses: what matters is how many there are, and how alike."""

from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot, RouteSnapshot, Snapshot
from tests.core.numbers.plans import BRAZIL
from tests.rendering.example import address, customer, extension, gateway, new_id, route

OFFICE = 200
AREAS = [f"{area}" for area in range(11, 100) if BRAZIL.is_area(f"{area}")]


def many(*, extensions: int = 0, dids: int = 0, trunks: int = 0, gateways: int = 1, routes: int = 0) -> Snapshot:
    """Return a snapshot with so many of each; extensions by two hundred for each customer."""
    offices = tuple(office(number, min(OFFICE, extensions - first)) for number, first in _steps(extensions))
    owners = tuple(trunk(number) for number in range(trunks)) or offices or (customer(1, "ACME"),)
    return Snapshot(
        plan=BRAZIL,
        customers=tuple(sorted({*owners, *offices}, key=lambda item: item.code)),
        gateways=tuple(
            gateway(1_000_000 + number, f"GW{number:04d}", f"198.18.{number // 250}.{number % 250 + 1}")
            for number in range(gateways)
        ),
        routes=tuple(a_route(number) for number in range(routes)),
        dids=tuple(did(number, owners[number % len(owners)].code) for number in range(dids)),
    )


def _steps(extensions: int) -> enumerate[int]:
    return enumerate(range(0, extensions, OFFICE))


def office(number: int, extensions: int) -> CustomerSnapshot:
    """Return a customer with extensions."""
    first = 2_000_000 + number * 20_000
    return customer(
        3_000_000 + number,
        f"OFFICE{number:03d}",
        type="extension",
        extensions=tuple(extension(first + place, f"{1_000 + place}") for place in range(extensions)),
    )


def trunk(number: int) -> CustomerSnapshot:
    """Return a trunk customer with three addresses."""
    places = [f"10.{number // 250}.{number % 250}.{place}" for place in (1, 2, 3)]
    return customer(4_000_000 + number, f"TRUNK{number:04d}", addresses=tuple(map(address, places)))


def did(number: int, owner: str, *, first: int = 551_130_000_000, apart: int = 1) -> DIDSnapshot:
    """Return a number of a trunk customer, or of an office, which forwards it."""
    destination, forward_to = ("trunk", "") if owner.startswith("TRUNK") else ("forward", "551140001000")
    return DIDSnapshot(
        new_id(5_000_000 + number), f"{first + number * apart}", "", owner, destination, forward_to=forward_to
    )


def a_route(number: int) -> RouteSnapshot:
    """Return one of many routes of one priority, every twentieth of which overlaps with others.

    Each is for fixed numbers of an area: 20 routes an area, and again 20 where the areas are used up.
    """
    group, place = divmod(number, 20)
    turn, area = divmod(group, len(AREAS))
    pattern = f"_0{AREAS[area]}." if place == 0 else f"_0{AREAS[area]}{20 + 20 * turn + place}XXXXXX"
    return route(6_000_000 + number, pattern, 10, "GW0000")
