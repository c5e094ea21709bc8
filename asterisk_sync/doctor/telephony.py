"""Checks of what operators meet: a gateway that is missing, a telephone that does not register, calls that fail."""

from collections.abc import Iterator

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError
from asterisk_sync.doctor.findings import Finding, failure, ok, some, warning
from customers.models import CustomerStatus, Extension
from routing.models import Authentication, Gateway, Route

ENTRY_CONTEXTS = ("from-trunk", "from-internal")


def gateways(client: AmiClient) -> Iterator[Finding]:
    """Look for gateways that Asterisk has not, that do not answer OPTIONS, or that are not registered."""
    live = {str(row["ObjectName"]): str(row["DeviceState"]) for row in client.list_action("PJSIPShowEndpoints")}
    wanted = list(Gateway.objects.filter(enabled=True))
    absent = [gateway.name for gateway in wanted if gateway.name not in live]
    if absent:
        remedy = "Run: manage.py sync_asterisk --diff; then asterisk -rx 'pjsip show endpoints'. Does its host resolve?"
        yield failure("gateways", f"not in Asterisk: {some(absent)}", remedy)
    silent = [gateway.name for gateway in wanted if gateway.qualify and live.get(gateway.name) == "Unavailable"]
    if silent:
        yield warning("gateways", f"do not answer OPTIONS: {some(silent)}", "Check host, port, transport, firewall.")
    unregistered = _unregistered(client, wanted)
    if unregistered:
        yield warning("gateways", f"not registered: {some(unregistered)}", "Check user name and secret at the carrier.")
    if not absent and not silent and not unregistered:
        yield ok("gateways", f"{len(wanted)} in Asterisk")


def _unregistered(client: AmiClient, wanted: list[Gateway]) -> list[str]:
    registered = {
        str(row["ObjectName"])
        for row in client.list_action("PJSIPShowRegistrationsOutbound")
        if row.get("Status") == "Registered"
    }
    names = [gateway.name for gateway in wanted if gateway.authentication == Authentication.REGISTRATION]
    return [name for name in names if name not in registered]


def extensions(client: AmiClient) -> Iterator[Finding]:
    """Look for extensions that Asterisk has not; and tell whether any is registered."""
    live = {str(row["ObjectName"]): row for row in client.list_action("PJSIPShowEndpoints")}
    rows = Extension.objects.filter(enabled=True).exclude(customer__status=CustomerStatus.CLOSED)
    wanted = [(str(item), item.sip_username) for item in rows.select_related("customer").defer("secret")]
    absent = [name for name, username in wanted if username not in live]
    if absent:
        yield failure("extensions", f"not in Asterisk: {some(absent)}", "Run: manage.py sync_asterisk --diff.")
    silent = [name for name, username in wanted if username in live and not live[username].get("Contacts")]
    if silent and len(silent) == len(wanted):
        remedy = "Compare SIP user and secret of one telephone (pjsip_extensions.conf); see security.log; ports open?"
        yield warning("extensions", f"none of {len(wanted)} is registered", remedy)
    elif not absent:
        yield ok("extensions", f"{len(wanted) - len(silent)} of {len(wanted)} registered")


def calls(client: AmiClient) -> Iterator[Finding]:
    """Look for what prevents every call: a missing entry context, no route, a route without a gateway."""
    for context in ENTRY_CONTEXTS:
        try:
            client.list_action("ShowDialPlan", Context=context)
        except AmiRefusedError:
            remedy = f"Run: manage.py sync_asterisk; then asterisk -rx 'dialplan show {context}'."
            yield failure("calls", f"the context {context} is not in the dialplan", remedy)
            return
    routes = Route.objects.filter(enabled=True)
    if not routes.exists():
        yield warning("calls", "there is no enabled route: no outgoing call completes", "Create a route.")
        return
    empty = list(routes.exclude(gateways__enabled=True).values_list("name", flat=True))
    if empty:
        yield warning("calls", f"routes without an enabled gateway: {some(empty)}", "Give them a gateway.")
    else:
        yield ok("calls", f"{routes.count()} routes, each with a gateway")
