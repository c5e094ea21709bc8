"""Search for providers, gateways and routes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from routing.models import Gateway, Provider, Route
from voipadmin.core.search import Hit, Hits, closest, hits
from voipadmin.core.text.searched import SearchText, begins_within


def search_network(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find providers by name, gateways by name or host, routes by name or pattern."""
    if not user.has_perm("routing.view_gateway"):
        return
    text = searched.text
    providers = closest(Provider.objects.visible_to(user), ("name",), text)
    found = (Hit(row.name, row.get_absolute_url(), distance=row.distance) for row in providers)
    yield hits(_("Providers"), "radio-tower", found, list_url="routing:provider_list", text=text)
    # The beginning of an address is none of its middle.
    fields = ("name",) if searched.network else ("name", "host")
    rows = Gateway.objects.visible_to(user).defer("secret")
    gateways = closest(rows, fields, text, _at_addresses(user, searched))
    found = (Hit(row.name, row.get_absolute_url(), f"{row.host}:{row.port}", row.distance) for row in gateways)
    yield hits(_("Gateways"), "server", found, list_url="routing:gateway_list", text=text)
    routes = closest(Route.objects.visible_to(user), ("name", "pattern"), text)
    found = (Hit(row.name, row.get_absolute_url(), row.pattern, row.distance) for row in routes)
    yield hits(_("Routes"), "route", found, list_url="routing:route_list", text=text)


def _at_addresses(user: Any, searched: SearchText) -> Q | None:
    """Return the condition that a gateway is at an address of the network; hosts are text, and there are few."""
    if searched.network is None:
        return None
    hosts = Gateway.objects.visible_to(user).values_list("host", flat=True).distinct()
    return Q(host__in=[host for host in hosts if begins_within(host, searched.network)])
