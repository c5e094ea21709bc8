"""Whose request it is, behind reverse proxies: failed log-ins and changelog go by the client's own address."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Put the client's address into REMOTE_ADDR and drop X-Forwarded-For, which nothing after it believes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read what the outermost trusted proxy wrote."""
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        address = client_address(forwarded, settings.TRUSTED_PROXIES)
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def client_address(forwarded: str, proxies: int) -> str:
    """Return the address that the outermost of `proxies` added to X-Forwarded-For; empty where it added none.

    Each proxy adds, at the end, whom it saw: what stands before those is the client's own invention.
    """
    hops = [hop.strip() for hop in forwarded.split(",")]
    if not 0 < proxies <= len(hops):
        return ""
    try:
        return str(ipaddress.ip_address(hops[-proxies]))
    except ValueError:
        return ""
