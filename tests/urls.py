"""What the product's addresses say of themselves, so that no test keeps a list of them that somebody may forget."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from voipadmin.core.pages import Entity


class Address(NamedTuple):
    """An address: its name with its namespace, its route, and the view behind it."""

    name: str
    route: str
    view: Any


def addresses(resolver: Any = None, route: str = "", namespace: str = "") -> Iterator[Address]:
    """Yield every address of the product."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from addresses(pattern, route + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            name = ":".join(part for part in (namespace, pattern.name) if part)
            yield Address(name, route + str(pattern.pattern), pattern.callback)


def page_names() -> set[str]:
    """Return the names of all addresses, such as `routing:gateway_list`."""
    return {address.name for address in addresses()}


def entities() -> list[Entity[Any]]:
    """Return every entity that has pages, by its model's name."""
    found = {}
    for address in addresses():
        entity = getattr(address.view, "view_initkwargs", {}).get("entity")
        if entity is not None:
            found[entity.model._meta.label_lower] = entity
    return [found[label] for label in sorted(found)]
