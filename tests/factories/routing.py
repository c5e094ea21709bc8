"""Providers, gateways and routes for tests."""

# mypy: allow-untyped-calls, allow-untyped-decorators
# factory-boy's declarations carry no types.

import ipaddress
from collections.abc import Iterable
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from customers.models import Customer
from routing.models import Gateway, Provider, Route, RouteGateway

FIRST_ADDRESS = ipaddress.IPv4Address("198.19.128.1")


class ProviderFactory(DjangoModelFactory[Provider]):
    """A carrier."""

    class Meta:
        model = Provider

    name = Sequence(lambda n: f"Provider {n}")


class GatewayFactory(DjangoModelFactory[Gateway]):
    """A gateway that is known by its address."""

    class Meta:
        model = Gateway

    name = Sequence(lambda n: f"GW_{n}")
    provider = SubFactory(ProviderFactory)
    host = Sequence(lambda n: str(FIRST_ADDRESS + n))


class RouteFactory(DjangoModelFactory[Route]):
    """A route for all customers; `gateways=[...]` in order, `customers=[...]` to narrow it."""

    class Meta:
        model = Route
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Route {n}")
    pattern = "_X."

    @post_generation
    def gateways(self: Any, create: bool, extracted: Iterable[Gateway] | None, **_kwargs: Any) -> None:
        """Put the gateways into the route in the order given."""
        if create:
            for position, gateway in enumerate(extracted or (), start=1):
                RouteGateway.objects.create(route=self, gateway=gateway, position=position)

    @post_generation
    def customers(self: Any, create: bool, extracted: Iterable[Customer] | None, **_kwargs: Any) -> None:
        """Narrow the route to customers."""
        if create and extracted:
            self.customers.set(extracted)


class RouteGatewayFactory(DjangoModelFactory[RouteGateway]):
    """One step of a route."""

    class Meta:
        model = RouteGateway

    route = SubFactory(RouteFactory)
    gateway = SubFactory(GatewayFactory)
    position = Sequence(lambda n: n + 1)
