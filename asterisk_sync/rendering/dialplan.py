"""The values of the two dialplan files."""

from collections import defaultdict

from asterisk_sync.rendering.engine import Values
from asterisk_sync.rendering.pjsip import (
    INCOMING_CONTEXTS,
    address_values,
    entry_context,
    internal_context,
)
from asterisk_sync.rendering.views import RoutePlan
from asterisk_sync.snapshot import (
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    Snapshot,
)
from routing.numbers import E164, E164_PLUS, FIXED, NATIONAL, NumberRule, country_of, number_rules
from routing.patterns import parse_pattern

DIDS_IN_A_CONTEXT = 500
FORBIDDEN_CAUSE = 21


def _route_context(route: RouteSnapshot) -> str:
    return f"va-route-{route.id.hex}"


def _gateway_context(name: str) -> str:
    return f"va-gateway-{name}"


def _descending_rules(rules: tuple[NumberRule, ...]) -> list[NumberRule]:
    return sorted(rules, key=lambda rule: parse_pattern(rule.pattern).specificity, reverse=True)


def route_values(snapshot: Snapshot, plan: RoutePlan) -> Values:
    """Return what the template of outgoing calls prints."""
    return {
        "common": plan.common,
        "views": plan.views,
        "levels": [
            {
                "context": level.context,
                "position": level.position,
                "routes": [{"pattern": route.pattern, "context": _route_context(route)} for route in level.routes],
            }
            for level in plan.levels()
        ],
        "rests": plan.rests(),
        "routes": [_route(route) for route in snapshot.routes if route.steps],
        "gateways": [_gateway(gateway, snapshot.country) for gateway in snapshot.gateways],
        "customers": [_internal(customer, plan) for customer in snapshot.customers if _has_numbers(customer)],
        "dialled_rules": _descending_rules(number_rules(NATIONAL, snapshot.country)),
        "reroute_causes": sorted(snapshot.reroute_causes - {0}, reverse=True),
    }


def _route(route: RouteSnapshot) -> Values:
    return {
        "id": route.id,
        "context": _route_context(route),
        "pattern": route.pattern,
        "priority": route.priority,
        "by_weight": route.by_weight,
        "prepend": route.prepend,
        "strip_digits": route.strip_digits,
        "ring_seconds": route.ring_seconds,
        "caller_id_number": route.caller_id_number,
        "steps": [{"context": _gateway_context(step.gateway), "weight": step.weight} for step in route.steps],
    }


def _gateway(gateway: GatewaySnapshot, region: str) -> Values:
    code = country_of(region).code
    return {
        "name": gateway.name,
        "id": gateway.id,
        "context": _gateway_context(gateway.name),
        "channel_limit": gateway.channel_limit,
        "tech_prefix": gateway.tech_prefix,
        "prepend": gateway.prepend,
        "strip_digits": gateway.strip_digits,
        "caller_rule": gateway.caller_id_rule,
        "converts_caller": gateway.caller_id_rule in {E164, E164_PLUS, NATIONAL},
        "fixed_caller": gateway.caller_id_number if gateway.caller_id_rule == FIXED else "",
        "country_code": code,
        "code_length": len(code),
        "verdict": "va-verdict-forbidden" if gateway.reroute_forbidden else "va-verdict",
    }


def _has_numbers(customer: CustomerSnapshot) -> bool:
    return customer.active and bool(customer.extensions)


def _internal(customer: CustomerSnapshot, plan: RoutePlan) -> Values:
    lines = sorted(customer.extensions, key=lambda extension: extension.number, reverse=True)
    return {
        "code": customer.code,
        "context": internal_context(customer),
        "entry": plan.view_of(customer.code).context,
        "lines": [
            {
                "number": extension.number,
                "username": extension.username if extension.enabled else "",
                "devices": extension.max_contacts,
                "forward_to": extension.forward_to if extension.enabled else "",
            }
            for extension in lines
        ],
    }


def did_values(snapshot: Snapshot, plan: RoutePlan) -> Values:
    """Return what the template of incoming calls prints."""
    digits = bucket_digits(len(snapshot.dids))
    with_numbers = {did.customer for did in snapshot.dids}
    return {
        "formats": [
            {"context": context, "rules": _descending_rules(number_rules(name, snapshot.country))}
            for name, context in INCOMING_CONTEXTS.items()
        ],
        "bucket_digits": digits,
        "customers": [_arrival(customer, plan) for customer in snapshot.customers if customer.code in with_numbers],
        "buckets": _buckets(snapshot, digits),
    }


def bucket_digits(count: int) -> int:
    """Return by how many last digits numbers are spread over contexts, so that none gets large."""
    digits = 0
    while count > DIDS_IN_A_CONTEXT * 10**digits:
        digits += 1
    return digits


def _arrival_context(code: str) -> str:
    return f"va-customer-{code}"


def _arrival(customer: CustomerSnapshot, plan: RoutePlan) -> Values:
    return {
        "code": customer.code,
        "id": customer.id,
        "context": _arrival_context(customer.code),
        "active": customer.active,
        "endpoint": customer.endpoint,
        "addresses": address_values(customer),
        "entry": entry_context(customer, plan),
        "channel_limit": customer.channel_limit,
        "calls_per_second": customer.calls_per_second,
        "caller_id_number": customer.caller_id_number,
        "view": plan.view_of(customer.code).label,
    }


def _buckets(snapshot: Snapshot, digits: int) -> list[Values]:
    customers = {customer.code: customer for customer in snapshot.customers}
    extensions = {extension.username: extension for customer in snapshot.customers for extension in customer.extensions}
    found: dict[str, list[Values]] = defaultdict(list)
    for did in sorted(snapshot.dids, key=lambda did: did.number, reverse=True):
        last = did.number[-digits:] if digits else "all"
        found[last].append(_did(did, customers[did.customer], extensions.get(did.extension)))
    return [{"context": f"va-dids-{last}", "dids": dids} for last, dids in sorted(found.items())]


def _did(did: DIDSnapshot, customer: CustomerSnapshot, extension: ExtensionSnapshot | None) -> Values:
    entry, forward_to, username = destination_of(did, customer, extension)
    return {
        "id": did.id,
        "number": did.number,
        "gateway": did.gateway,
        "context": _arrival_context(did.customer),
        "entry": entry,
        "forward_to": forward_to,
        "username": username,
        "devices": extension.max_contacts if extension else 1,
    }


def destination_of(
    did: DIDSnapshot, customer: CustomerSnapshot, extension: ExtensionSnapshot | None
) -> tuple[str, str, str]:
    """Return the customer's entry for the number, where it is forwarded to, and whose telephone rings."""
    if not customer.active:
        return "suspended", "", ""
    if did.destination == "extension":
        if extension is None or not extension.enabled:
            return "absent", "", ""
        if extension.forward_to:
            return "forward", extension.forward_to, ""
        return "extension", "", extension.username
    return did.destination, did.forward_to, ""
