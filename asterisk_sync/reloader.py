"""Reloads over AMI, module by module, and reads back what is live: `Success` alone proves nothing."""

import threading
import time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from asterisk_sync.ami import AmiClient
from asterisk_sync.ami_messages import AmiRefusedError, AmiTimeoutError, AmiUnreachableError
from asterisk_sync.expectation import DIALPLAN_MODULE, PJSIP_MODULE, DialplanLine, Expectation
from asterisk_sync.live_values import value_differences
from asterisk_sync.models import Node
from asterisk_sync.sip_probe import find_udp_transport, sip_answers
from asterisk_sync.steps import Steps

RELOAD_SECONDS = 30.0
SETTLE_SECONDS = 3.0
RETRY_SECONDS = 0.1
BOOT_NEWS_SECONDS = 0.5
SHOWN = 5
# Changed endpoints that are read back value by value; for the others the list has to do.
DETAILED = 100

LIST_ACTIONS = {
    "endpoint": "PJSIPShowEndpoints",
    "aor": "PJSIPShowAors",
    "auth": "PJSIPShowAuths",
    "registration": "PJSIPShowRegistrationsOutbound",
}


class ReloadError(RuntimeError):
    """Asterisk refused to reload, or did not finish within the deadline."""


def connected(node: Node) -> AmiClient:
    """Return a session with a node; raise AmiUnreachableError where it is away or still starting."""
    client = AmiClient()
    booted = threading.Event()
    client.register_event("FullyBooted", lambda _event, _manager: booted.set())
    try:
        client.connect(node.ami_host, node.ami_port)
        client.login(node.ami_username, node.ami_secret)
        if not booted.wait(BOOT_NEWS_SECONDS) and _has_no_dialplan(client):
            raise AmiUnreachableError(_("Asterisk is still starting."))
    except BaseException:
        client.close()
        raise
    return client


def _has_no_dialplan(client: AmiClient) -> bool:
    """A user without `read=system` is not told of the end of the start; until then there is no dialplan."""
    try:
        client.list_action("ShowDialPlan")
    except AmiRefusedError:
        return True
    return False


def reload_and_compare(
    client: AmiClient,
    wanted: Expectation,
    before: Expectation,
    modules: frozenset[str],
    config_path: Path,
    steps: Steps,
) -> list[str]:
    """Reload `modules` and return what is live otherwise than `wanted`; raise AmiUnreachableError."""
    transport = find_udp_transport(config_path) if PJSIP_MODULE in modules else None
    answered = transport is not None and sip_answers(transport)
    try:
        with steps("reload"):
            for module in sorted(modules, reverse=True):
                reload_module(client, module)
    except ReloadError as error:
        return [str(error)]
    with steps("verify"):
        differences = await_live(client, wanted, before, modules)
        if not differences and answered and transport is not None and not sip_answers(transport):
            differences = [
                _("SIP no longer answers on %(address)s") % {"address": f"{transport.host}:{transport.port}"}
            ]
    return differences


def reload_module(client: AmiClient, module: str, *, seconds: float = RELOAD_SECONDS) -> None:
    """Reload one module; a reload that is already under way is waited for, it may not have seen our files."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            client.request("Reload", Module=module, timeout=max(0.1, deadline - time.monotonic()))
        except AmiTimeoutError as error:
            raise ReloadError(
                _("%(module)s did not finish its reload within %(seconds)s s") % {"module": module, "seconds": seconds}
            ) from error
        except AmiRefusedError as error:
            if "in progress" not in str(error) or time.monotonic() > deadline:
                raise ReloadError(f"{module}: {error}") from error
            time.sleep(RETRY_SECONDS)
        else:
            return


def await_live(
    client: AmiClient,
    wanted: Expectation,
    before: Expectation,
    modules: frozenset[str],
    *,
    seconds: float = SETTLE_SECONDS,
) -> list[str]:
    """Return what differs between `wanted` and the running Asterisk; a queued reload gets `seconds` to arrive."""
    deadline = time.monotonic() + seconds
    while True:
        differences = read_differences(client, wanted, before, modules)
        if not differences or time.monotonic() > deadline:
            return differences
        time.sleep(RETRY_SECONDS)


def read_differences(client: AmiClient, wanted: Expectation, before: Expectation, modules: frozenset[str]) -> list[str]:
    """Compare once; each line names an object and what is wrong with it."""
    differences: list[str] = []
    if PJSIP_MODULE in modules:
        differences += _pjsip(client, wanted, before)
    if DIALPLAN_MODULE in modules:
        differences += _dialplan(client, wanted, before)
    return differences


def _pjsip(client: AmiClient, wanted: Expectation, before: Expectation) -> list[str]:
    differences: list[str] = []
    for kind, action in LIST_ACTIONS.items():
        # The list of registrations brings their auths along.
        rows = [headers for headers in client.list_action(action) if headers.get("ObjectType") == kind]
        live = {str(headers["ObjectName"]): headers for headers in rows}
        differences += _names(kind, wanted.names(kind), before.names(kind), frozenset(live))
        for name in sorted(wanted.names(kind) & live.keys()):
            differences += value_differences(wanted.objects[kind, name], live[name])
    return differences or _changed_endpoints(client, wanted, before)


def _names(kind: str, wanted: frozenset[str], before: frozenset[str], live: frozenset[str]) -> list[str]:
    """Objects written by hand may be there as well; ours must be, and what we removed must not."""
    missing = [_("%(object)s is missing") % {"object": f"{kind} {name}"} for name in sorted(wanted - live)]
    lingering = [
        _("%(object)s is still there") % {"object": f"{kind} {name}"} for name in sorted((before - wanted) & live)
    ]
    return missing + lingering


def _changed_endpoints(client: AmiClient, wanted: Expectation, before: Expectation) -> list[str]:
    """A bad object keeps its old values and says nothing; the list of endpoints shows few of them."""
    differences: list[str] = []
    for name in wanted.changed_endpoints(before)[:DETAILED]:
        for headers in client.list_action("PJSIPShowEndpoint", Endpoint=name):
            item = wanted.objects.get((str(headers.get("ObjectType")), str(headers.get("ObjectName"))))
            differences += value_differences(item, headers) if item else []
    return differences


def _dialplan(client: AmiClient, wanted: Expectation, before: Expectation) -> list[str]:
    live = _live_steps(client.list_action("ShowDialPlan", timeout=RELOAD_SECONDS))
    differences = []
    for line, steps in wanted.steps().items():
        if line not in live:
            differences.append(_("%(object)s is missing") % {"object": str(line)})
        elif live[line] != steps:
            differences.append(_("%(object)s does something else") % {"object": str(line)})
    removed = before.steps().keys() - wanted.steps().keys()
    lingering = sorted(line for line in removed if line in live)
    return differences + [_("%(object)s is still there") % {"object": str(line)} for line in lingering]


def _live_steps(events: list[dict[str, Any]]) -> dict[DialplanLine, list[tuple[str, str]]]:
    found: dict[DialplanLine, list[tuple[str, str]]] = {}
    for event in events:
        if "Priority" in event:
            line = DialplanLine(str(event["Context"]), str(event["Extension"]))
            found.setdefault(line, []).append((str(event["Application"]), str(event.get("AppData", ""))))
    return found


def summarise(differences: list[str]) -> str:
    """Return the first differences as one sentence, with the number of the others."""
    more = len(differences) - SHOWN
    return "; ".join(differences[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
