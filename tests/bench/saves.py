"""Saves of one object each, as a form makes them, by what they make Asterisk read again."""

from collections.abc import Callable, Iterator

from customers.models import Extension
from numbering.models import DestinationType, DIDAllocation
from routing.models import Route
from voipadmin.core.services import save_object

Save = Callable[[], object]


def saves() -> Iterator[tuple[str, Save]]:
    """Yield kinds and saves without end: a number that is forwarded elsewhere, a route, an extension, and again."""
    allocation = DIDAllocation.objects.order_by("pk")[0]
    route = Route.objects.order_by("pk")[0]
    extension = Extension.objects.order_by("pk")[0]
    number = 551_140_001_000
    while True:
        number += 1
        allocation.destination_type, allocation.extension, allocation.forward_to = (
            DestinationType.FORWARD,
            None,
            str(number),
        )
        yield "number", lambda: save_object(allocation)
        route.caller_id_number = str(number)
        yield "route", lambda: save_object(route)
        extension.caller_id_number = str(number)
        yield "extension", lambda: save_object(extension)
