"""Search for providers, gateways and routes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from routing.models import Gateway, Provider, Route
from voipadmin.core.search import HITS_PER_KIND, Hit


def search_network(user: Any, text: str) -> Iterator[Hit]:
    """Find providers by name, gateways by name or host, routes by name or pattern."""
    if not user.has_perm("routing.view_gateway"):
        return
    for provider in Provider.objects.visible_to(user).filter(name__icontains=text)[:HITS_PER_KIND]:
        yield Hit(_("Providers"), "radio-tower", provider.name, provider.get_absolute_url())
    wanted = Q(name__icontains=text) | Q(host__icontains=text)
    for gateway in Gateway.objects.visible_to(user).filter(wanted)[:HITS_PER_KIND]:
        yield Hit(_("Gateways"), "server", gateway.name, gateway.get_absolute_url(), f"{gateway.host}:{gateway.port}")
    wanted = Q(name__icontains=text) | Q(pattern__icontains=text)
    for route in Route.objects.visible_to(user).filter(wanted)[:HITS_PER_KIND]:
        yield Hit(_("Routes"), "route", route.name, route.get_absolute_url(), route.pattern)
