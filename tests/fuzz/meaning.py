"""What a snapshot means, said without the renderer: the objects of PJSIP and the lines that carry its values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from asterisk_sync.snapshot.values import (
    CustomerSnapshot,
    DIDSnapshot,
    ExtensionSnapshot,
    GatewaySnapshot,
    RouteSnapshot,
    Snapshot,
)

ENTRY_OF_FORMAT = {
    "automatic": "from-trunk",
    "e164": "from-trunk-e164",
    "national": "from-trunk-national",
    "trunk_zero": "from-trunk-zero",
}
VIEW = "(view)"

Key = tuple[str, str]
Options = dict[str, list[str]]
Line = tuple[str, str, str]


@dataclass
class Meaning:
    """Objects with the options that the database decides, and lines: context, extension, call."""

    objects: dict[Key, Options] = field(default_factory=dict)
    lines: set[Line] = field(default_factory=set)
    contexts: set[str] = field(default_factory=set)

    def add(self, kind: str, name: str, **options: str | list[str]) -> None:
        """Note an object; an option without a value is not printed."""
        listed = {key: value if isinstance(value, list) else [value] for key, value in options.items()}
        self.objects[kind, name] = {key: value for key, value in listed.items() if value != [""]}


def meaning_of(snapshot: Snapshot) -> Meaning:
    """Return what has to be live, and nothing else."""
    found = Meaning()
    for gateway in snapshot.gateways:
        _gateway(found, gateway)
    for customer in snapshot.customers:
        if customer.addresses:
            _trunk(found, customer, snapshot)
        for extension in customer.extensions:
            _extension(found, customer, extension)
    for route in snapshot.routes:
        _route(found, route)
    customers = {customer.code: customer for customer in snapshot.customers}
    for did in snapshot.dids:
        _did(found, did, customers[did.customer])
    return found


def uri(host: str, port: int, transport: str, user: str = "") -> str:
    """Return a SIP URI as Asterisk is to see it."""
    name = f"[{host}]" if ":" in host else host
    return f"sip:{user}{'@' if user else ''}{name}:{port}{'' if transport == 'udp' else f';transport={transport}'}"


def _gateway(found: Meaning, gateway: GatewaySnapshot) -> None:
    name = gateway.name
    authenticates = bool(gateway.username and gateway.secret)
    found.add(
        "endpoint", name, context=ENTRY_OF_FORMAT[gateway.number_format], allow=",".join(gateway.codecs), aors=name,
        outbound_auth=name if authenticates else "",
        from_user=gateway.username if gateway.registers else "", from_domain=gateway.host if gateway.registers else "",
        set_var=[f"va_gateway={name}", f"va_gateway_id={gateway.id}", f"va_gateway_limit={gateway.channel_limit}"],
    )  # fmt: skip
    contact = uri(gateway.host, gateway.port, gateway.transport)
    found.add("aor", name, contact=contact)
    if gateway.addresses:
        found.add("identify", name, endpoint=name, match=list(gateway.addresses))
    if authenticates:
        found.add("auth", name, username=gateway.username, password=gateway.secret)
    if gateway.registers:
        account = uri(gateway.host, gateway.port, gateway.transport, gateway.username)
        found.add(
            "registration", name, server_uri=contact, client_uri=account, contact_user=gateway.username,
            outbound_auth=name, endpoint=name,
        )  # fmt: skip
    rest = f":{gateway.strip_digits}" if gateway.strip_digits else ""
    dialled = f"{gateway.tech_prefix}{gateway.prepend}${{va_sent{rest}}}"
    context = f"va-gateway-{name}"
    found.lines.add((context, "s", f"Gosub(va-dial,s,1(PJSIP/{dialled}@{name},${{ARG4}}))"))
    found.contexts.add(context)


def _variables(customer: CustomerSnapshot) -> list[str]:
    return [
        f"va_customer={customer.id}",
        f"va_limit={customer.channel_limit}",
        f"va_cps={customer.calls_per_second}",
    ]


def _area(area: str) -> list[str]:
    return [f"va_area={area}"] if area else []


def _context(customer: CustomerSnapshot, snapshot: Snapshot) -> str:
    if not customer.active:
        return "va-suspended"
    if customer.extensions:
        return f"from-internal-{customer.code}"
    return VIEW if _has_view(customer, snapshot) else "from-internal"


def _has_view(customer: CustomerSnapshot, snapshot: Snapshot) -> bool:
    return any(customer.code in route.customers and route.lines for route in snapshot.routes)


def _trunk(found: Meaning, customer: CustomerSnapshot, snapshot: Snapshot) -> None:
    name = f"trunk.{customer.code}"
    receiving = [address for address in customer.addresses if address.receives_calls and "/" not in address.network]
    receiving.sort(key=lambda address: (address.priority, address.network, address.port))
    aors = [f"{name}.{place}" for place, _address in enumerate(receiving, start=1)]
    found.add(
        "endpoint", name, context=_context(customer, snapshot), accountcode=customer.code, aors=",".join(aors),
        set_var=[
            *_variables(customer), f"va_fallback={customer.caller_id_number or 'anonymous'}",
            *_area(customer.home_area),
        ],
    )  # fmt: skip
    for aor, address in zip(aors, receiving, strict=True):
        found.add("aor", aor, contact=uri(address.network, address.port, address.transport))
    found.add("identify", name, endpoint=name, match=sorted(address.network for address in customer.addresses))


def _extension(found: Meaning, customer: CustomerSnapshot, extension: ExtensionSnapshot) -> None:
    name, context = extension.username, f"from-internal-{customer.code}"
    if customer.active:
        found.contexts.add(context)
        found.lines.add((context, extension.number, _call_inside(extension, context)))
    if not extension.enabled:
        return
    caller = extension.caller_id_number or customer.caller_id_number or extension.number
    found.add(
        "endpoint", name, context=context if customer.active else "va-suspended", accountcode=customer.code,
        allow=",".join(extension.codecs), auth=name, aors=name,
        callerid=f"{extension.caller_id_name.strip()} <{extension.number}>".strip(),
        set_var=[
            *_variables(customer), f"va_caller={caller}", *_area(extension.home_area or customer.home_area),
        ],
    )  # fmt: skip
    found.add("auth", name, username=name, password=extension.secret)
    found.add("aor", name, max_contacts=str(extension.max_contacts))


def _call_inside(extension: ExtensionSnapshot, context: str) -> str:
    if not extension.enabled:
        return f"Gosub(va-absent,s,1({extension.number}))"
    if extension.forward_to:
        return f"Gosub(va-forward,s,1({context},{extension.forward_to}))"
    return f"Gosub(va-extension,s,1({extension.username},{extension.number},{extension.max_contacts}))"


def _route(found: Meaning, route: RouteSnapshot) -> None:
    context = f"va-route-{route.id.hex}"
    caller = route.caller_id_number or "${va_caller}"
    for step in route.steps:
        arguments = f"{route.strip_digits},{route.prepend},{route.id},{route.ring_seconds},{caller}"
        found.lines.add((context, "s", f"Gosub(va-gateway-{step.gateway},s,1({arguments}))"))
    found.lines.update(("(level)", line.pattern, context) for line in route.lines)
    found.contexts.add(context)


def _did(found: Meaning, did: DIDSnapshot, customer: CustomerSnapshot) -> None:
    context = f"va-customer-{did.customer}"
    found.contexts.add(context)
    owner = f"{customer.id},{customer.code},{customer.channel_limit}"
    for name in ("trunk", "forward", "extension", "absent") if customer.active else ("suspended",):
        found.lines.add((context, name, f"Gosub(va-arrive,s,1(${{ARG1}},${{ARG2}},{owner}))"))
    entry, rest = did.destination, f",{did.forward_to}" if did.forward_to else ""
    extension = next((item for item in customer.extensions if item.username == did.extension), None)
    if not customer.active:
        entry, rest = "suspended", ""
    elif extension is not None and not extension.enabled:
        entry = "absent"
    elif extension is not None and extension.forward_to:
        entry, rest = "forward", f",{extension.forward_to}"
    elif extension is not None:
        rest = f",{extension.username},{extension.max_contacts}"
    call = f"Gosub({context},{entry},1({did.id},{did.gateway},{did.number}{rest}))"
    found.lines.add(("(numbers)", did.number, call))


STRUCTURE = re.compile(
    r"va-(?:level|after)(?:-[0-9a-f]{12})?-[0-9a-z-]+|va-(?:view|search)-[0-9a-f]{12}|va-dids-[0-9]+|va-generation-[a-z-]+"
)


def placed(context: str, exten: str, call: str) -> Iterator[Line]:
    """Yield a live line under the name that its kind of context has in a meaning."""
    if context.startswith("va-level"):
        yield "(level)", exten, call.removeprefix("Gosub(").partition(",")[0]
    elif context.startswith("va-dids-"):
        yield "(numbers)", exten, call
    else:
        yield context, exten, call
