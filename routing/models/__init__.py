"""Providers, their SIP gateways, and the outbound routes over them."""

from routing.models.gateway import Authentication, CallerIdRule, Gateway, NumberFormat, SentFormat
from routing.models.provider import Provider, ProviderType
from routing.models.route import GatewaySelection, Route, RouteGateway

__all__ = [
    "Authentication",
    "CallerIdRule",
    "Gateway",
    "GatewaySelection",
    "NumberFormat",
    "Provider",
    "ProviderType",
    "Route",
    "RouteGateway",
    "SentFormat",
]
