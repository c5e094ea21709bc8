"""Reads of routes."""

from django.db.models import Prefetch, Q, QuerySet

from customers.models import Customer
from routing.models import Route, RouteGateway


def routes_with_steps() -> QuerySet[Route]:
    """Return all routes in the order in which they are tried, with gateways and customers in three queries."""
    steps = RouteGateway.objects.select_related("gateway__provider").order_by("position", "id")
    return Route.objects.prefetch_related(Prefetch("steps", steps), "customers")


def routes_for(customer: Customer) -> QuerySet[Route]:
    """Return the enabled routes that `customer` may use, in the order in which they are tried."""
    chosen = Q(customers=customer) | Q(customers=None)
    return routes_with_steps().filter(chosen, enabled=True).distinct()
