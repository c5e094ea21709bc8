"""Checks of one node: its state, its files, its Asterisk, gateways, extensions and calls."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError, AmiUnreachableError
from asterisk_sync.ami.session import connected
from asterisk_sync.ami.sip_options import find_udp_transport, sip_answers
from asterisk_sync.doctor import node_files, telephony
from asterisk_sync.doctor.findings import Finding, failure, guarded, ok, warning
from asterisk_sync.drift import find_drift
from asterisk_sync.live.state import live_states
from asterisk_sync.models import Node, SyncState

# Oldest releases without known holes: https://docs.asterisk.org/About-the-Project/Security-Advisories/
VERSION_FLOORS = {20: (20, 20, 1), 22: (22, 10, 1)}
RIGHTS_REMEDY = "In manager.conf: write = system,reporting for this user; then: manager reload."
# action -> the class that allows it, and what it lets its user do
NEEDLESS_RIGHTS = {
    "UpdateConfig": ("config", "write Asterisk's files"),
    "Command": ("command", "type on Asterisk's console"),
    "Originate": ("originate", "place calls and run applications"),
}
ALLOWED_RIGHTS = (
    "lists and reloads; with the class system, which PJSIP's lists ask for, also GetConfig, DialplanExtensionAdd,"
    " ModuleLoad and DBPut: guard the secret like root's password"
)
ACTIONS_TRIED = ("PJSIPShowEndpoints", "PJSIPShowContacts", "CoreShowChannels", "Status")
MODULES = ("res_pjsip.so", "pbx_config.so", "chan_pjsip.so", "app_dial.so", "app_playback.so", "app_stack.so")
MODULES_FOR_RECORDS = ("cdr_custom.so", "func_cdr.so", "func_groupcount.so")
MODULES_FOR_CONFERENCES = ("app_confbridge.so", "bridge_softmix.so", "app_mixmonitor.so")
CONFERENCE_ACTIONS = ("Originate", "Hangup", "Setvar", "Getvar", "CoreShowChannels", "ConfbridgeList", "ConfbridgeKick")
CONFERENCE_REMEDY = (
    "In manager.conf, for the node's AMI user of conferences: read = call,system, write = originate,call,reporting,"
    " and load app_confbridge, bridge_softmix and app_mixmonitor in modules.conf (deploy/asterisk)."
)

_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})")


def examine_node(node: Node) -> list[Finding]:
    """Check one node; what needs AMI is left out where AMI does not answer."""
    findings = [*guarded("state", lambda: _state(node)), *guarded("live state", lambda: _feed(node))]
    findings += node_files.examine(node)
    try:
        client = connected(node)
    except AmiUnreachableError as error:
        remedy = (
            "Is Asterisk running (systemctl status asterisk)? Compare host, port, user and secret with manager.conf."
        )
        return [*findings, failure("AMI", f"{node.ami_host}:{node.ami_port}: {error}", remedy)]
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "version": lambda: _version(client),
        "AMI rights": lambda: _rights(client),
        "modules": lambda: _modules(client),
        "SIP": lambda: _sip(node),
        "conferences": lambda: _conferences(node, client),
        "drift": lambda: _drift(node),
        "gateways": lambda: telephony.gateways(client),
        "extensions": lambda: telephony.extensions(client),
        "calls": lambda: telephony.calls(client),
    }
    with client:
        findings.append(ok("AMI", f"{node.ami_host}:{node.ami_port} answers"))
        findings += [finding for name, check in checks.items() for finding in guarded(name, check)]
    return findings


def _state(node: Node) -> Iterator[Finding]:
    waiting = node.desired_generation - node.applied_generation
    if node.state == SyncState.REFUSED:
        yield failure("state", f"refused: {node.reason}", "Correct what the reason names; the next change is tried.")
    elif node.state == SyncState.UNREACHABLE:
        yield failure("state", f"unreachable: {node.reason}", "It is tried again by itself; see AMI below.")
    elif waiting:
        note = f"{waiting} changes wait. {node.reason}".strip()
        yield warning("state", note, "Is a worker running? Or: manage.py sync_asterisk.")
    else:
        yield ok("state", f"generation {node.applied_generation} is applied")


def _feed(node: Node) -> Iterator[Finding]:
    if not live_states([node], ()):
        remedy = "Start it: manage.py ami_worker (systemctl start voipadmin-ami). The dashboard has no live values."
        yield warning("live state", "the AMI worker tells nothing", remedy)
    else:
        yield ok("live state", "fresh")


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Return the release in a version such as `22.10.1+dfsg-1`, or None for a development one."""
    match = _VERSION.search(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _version(client: AmiClient) -> Iterator[Finding]:
    text = str(client.request("CoreSettings").headers.get("AsteriskVersion", ""))
    version = parse_version(text)
    if version is None:
        yield warning("version", f"{text} is not understood", "Asterisk 20 and 22 are supported.")
        return
    floor = VERSION_FLOORS.get(version[0])
    if floor is None:
        yield warning("version", f"Asterisk {text}", "Asterisk 20 and 22 are supported and tested.")
    elif version < floor:
        wanted = ".".join(map(str, floor))
        yield failure("version", f"Asterisk {text} has known security holes", f"Install {wanted} or newer.")
    else:
        yield ok("version", f"Asterisk {text}")


def _rights(client: AmiClient) -> Iterator[Finding]:
    for action in ACTIONS_TRIED:
        try:
            client.list_action(action)
        except AmiRefusedError as error:
            yield failure("AMI rights", f"{action}: {error}", RIGHTS_REMEDY)
            return
    allowed = client.request("ListCommands").headers
    needless = [f"{may} ({name})" for action, (name, may) in NEEDLESS_RIGHTS.items() if action in allowed]
    if needless:
        yield warning("AMI rights", f"this user may, without need: {'; '.join(needless)}", RIGHTS_REMEDY)
    else:
        yield ok("AMI rights", ALLOWED_RIGHTS)


def _modules(client: AmiClient) -> Iterator[Finding]:
    missing = [module for module in (*MODULES, *MODULES_FOR_RECORDS) if not _is_loaded(client, module)]
    if missing:
        yield failure("modules", f"not loaded: {', '.join(missing)}", "Add load = lines to modules.conf and restart.")
    else:
        yield ok("modules", "those that calls need are loaded")


def _is_loaded(client: AmiClient, module: str) -> bool:
    return not client.send_action({"Action": "ModuleCheck", "Module": module.removesuffix(".so")}).is_error


def _conferences(node: Node, client: AmiClient) -> Iterator[Finding]:
    if not node.originate_secret:
        yield ok("conferences", "none here: the node has no AMI user that may originate calls")
        return
    missing = [module for module in MODULES_FOR_CONFERENCES if not _is_loaded(client, module)]
    try:
        with connected(node, username=node.originate_username, secret=node.originate_secret) as originator:
            allowed = originator.request("ListCommands").headers
        missing += [action for action in CONFERENCE_ACTIONS if action not in allowed]
    except AmiUnreachableError as error:
        missing.append(f"{node.originate_username}: {error}")
    if missing:
        yield failure("conferences", f"missing: {', '.join(missing)}", CONFERENCE_REMEDY)
    else:
        yield ok("conferences", f"{node.originate_username} may call: guard its secret like root's password")


def _sip(node: Node) -> Iterator[Finding]:
    transport = find_udp_transport(Path(node.config_path))
    if transport is None:
        yield warning("SIP", "no UDP transport found in pjsip.conf", "Fine where only TCP or TLS is used.")
    elif sip_answers(transport):
        yield ok("SIP", f"{transport.host}:{transport.port} answers OPTIONS")
    else:
        remedy = "PJSIP may hang: asterisk -rx 'core show taskprocessors', then restart Asterisk when calls allow."
        yield failure("SIP", f"{transport.host}:{transport.port} does not answer OPTIONS", remedy)


def _drift(node: Node) -> Iterator[Finding]:
    found = find_drift(node)
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - as many as fit a line
        yield failure("drift", "; ".join(found[:5]) + more, "Run: manage.py sync_asterisk.")
    else:
        yield ok("drift", "disk, Asterisk and database agree")
