"""Reads back what the running Asterisk has: everything, or what a change had to bring and to remove.

1. After a small change every changed context, and every endpoint that changed or whose objects did, is read fully.
2. So are the markers at the ends of the files: a file that was cut has lost its marker.
3. After a larger change, or where everything is asked for, Asterisk's lists of objects and whole dialplan are read.

A name that two objects of a type have makes Asterisk keep all objects of the type as they were. Then the changed ones
of that type are not live, which 1 shows; where none of the type changed, nothing was lost.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError
from asterisk_sync.generations.expected import (
    DIALPLAN_MODULE,
    PJSIP_MODULE,
    ConfigChange,
    DialplanLine,
    ExpectedConfig,
    ObjectKey,
)
from asterisk_sync.reload.differences import altered, missing, still_there
from asterisk_sync.reload.value_comparison import value_differences
from asterisk_sync.rendering.files import MARKER, MARKER_CONTEXT
from asterisk_sync.rendering.parser import Context

LIST_SECONDS = 30.0
# Where more of them changed, reading the lists is cheaper than one question for each.
MOST_ENDPOINTS = 200
MOST_CONTEXTS = 200

LIST_ACTIONS = {
    "endpoint": "PJSIPShowEndpoints",
    "aor": "PJSIPShowAors",
    "auth": "PJSIPShowAuths",
    "registration": "PJSIPShowRegistrationsOutbound",
}

Rows = Iterable[Mapping[str, Any]]


@dataclass
class Verification:
    """Kind -> how many were compared with what is live, and a sentence for each difference."""

    checked: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def read_back(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    *,
    complete: bool,
) -> Verification:
    """Read back once; of a module of which nothing changed, or very much, everything is read in any case."""
    change, found = wanted.change_since(before), Verification()
    if PJSIP_MODULE in modules:
        endpoints = _endpoints_of(change, wanted, before)
        if complete or not 0 < len(endpoints) <= MOST_ENDPOINTS:
            _all_objects(client, wanted, before, change, found)
        else:
            _changed_objects(client, wanted, change, endpoints, found)
    if DIALPLAN_MODULE in modules:
        contexts = change.contexts | change.removed_contexts
        if complete or not 0 < len(contexts) <= MOST_CONTEXTS:
            _whole_dialplan(client, wanted, before, found)
        else:
            _changed_contexts(client, wanted, before, change, found)
    return found


# PJSIP


def _endpoints_of(change: ConfigChange, wanted: ExpectedConfig, before: ExpectedConfig) -> frozenset[str]:
    """Return the endpoints whose details show the changed and removed objects."""
    touched = change.objects | change.removed_objects
    found = {name for kind, name in touched if kind == "endpoint"}
    inner = {key for key in touched if key[0] in {"aor", "auth"} and not key[1].startswith(MARKER)}
    for expected in (wanted, before):
        for key in touched & expected.objects.keys():
            if key[0] == "identify":
                found.update(name for _kind, name in expected.objects[key].references)
        for name in expected.names("endpoint") if inner else ():
            if not inner.isdisjoint(expected.objects["endpoint", name].references):
                found.add(name)
    return frozenset(found)


def _all_objects(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    change: ConfigChange,
    found: Verification,
) -> None:
    for kind in LIST_ACTIONS:
        live = _live_objects(client, kind)
        for name in sorted(wanted.names(kind)):
            _compare_object((kind, name), wanted, live.get(name), found)
        # Objects that somebody wrote by hand may be there as well; what this set removed must not.
        for name in sorted((before.names(kind) - wanted.names(kind)) & live.keys()):
            found.differences.append(still_there(f"{kind} {name}"))
    if not found.differences:
        # The lists show few values of an endpoint, and one that Asterisk does not take keeps its old values silently.
        for name in sorted(_endpoints_of(change, wanted, before) & wanted.names("endpoint"))[:MOST_ENDPOINTS]:
            _endpoint(client, name, wanted, change, found)


def _live_objects(client: AmiClient, kind: str) -> dict[str, Mapping[str, Any]]:
    # The list of registrations brings their auths along.
    rows = client.list_action(LIST_ACTIONS[kind], timeout=LIST_SECONDS)
    return {str(row["ObjectName"]): row for row in rows if row.get("ObjectType") == kind}


def _compare_object(
    key: ObjectKey, wanted: ExpectedConfig, live: Mapping[str, Any] | None, found: Verification
) -> None:
    found.checked[key[0]] += 1
    if live is None:
        found.differences.append(missing(" ".join(key)))
    else:
        found.differences += value_differences(wanted.objects[key], live)


def _changed_objects(
    client: AmiClient,
    wanted: ExpectedConfig,
    change: ConfigChange,
    endpoints: frozenset[str],
    found: Verification,
) -> None:
    seen: set[ObjectKey] = set()
    for name in sorted(endpoints & wanted.names("endpoint")):
        seen |= _endpoint(client, name, wanted, change, found)
    for name in sorted(endpoints - wanted.names("endpoint")):
        found.checked["endpoint"] += 1
        seen.add(("endpoint", name))
        if _detail(client, name):
            found.differences.append(still_there(f"endpoint {name}"))
    left: dict[str, set[str]] = defaultdict(set)
    markers = {("aor", name) for name in wanted.names("aor") if name.startswith(MARKER)}
    for kind, name in (change.objects | change.removed_objects | markers) - seen:
        left[kind].add(name)
    for kind in left.keys() & LIST_ACTIONS.keys():
        _by_name(client, kind, left[kind], wanted, found)


def _detail(client: AmiClient, endpoint: str) -> list[dict[str, Any]]:
    return _list(client, "PJSIPShowEndpoint", "Unable to retrieve", {"Endpoint": endpoint})


def _endpoint(
    client: AmiClient, name: str, wanted: ExpectedConfig, change: ConfigChange, found: Verification
) -> set[ObjectKey]:
    """Compare an endpoint, its aors, auths and identifies in full; return the objects that were shown or expected."""
    rows = _detail(client, name)
    live = {(str(row.get("ObjectType")), str(row.get("ObjectName"))): row for row in rows}
    inner = wanted.objects["endpoint", name].references
    expected = {("endpoint", name), *inner, *wanted.identifies.get(name, ())}
    for key in sorted(expected):
        _compare_object(key, wanted, live.get(key), found)
    for key in sorted(change.removed_objects & live.keys()):
        found.differences.append(still_there(" ".join(key)))
    return expected | live.keys()


def _by_name(client: AmiClient, kind: str, names: set[str], wanted: ExpectedConfig, found: Verification) -> None:
    """Compare objects that no endpoint shows: aors by one question each, which is cheap, others by their list."""
    if kind == "aor":
        there = {name for name in names if _has_aor(client, name)}
        # Where one is missing the list is read after all, and names what is wrong.
        if there >= names & wanted.names(kind):
            found.checked[kind] += len(names)
            for name in sorted(there - wanted.names(kind)):
                found.differences.append(still_there(f"{kind} {name}"))
            return
    live = _live_objects(client, kind)
    for name in sorted(names & wanted.names(kind)):
        _compare_object((kind, name), wanted, live.get(name), found)
    for name in sorted((names - wanted.names(kind)) & live.keys()):
        found.differences.append(still_there(f"{kind} {name}"))


def _has_aor(client: AmiClient, name: str) -> bool:
    """Ask the dialplan function PJSIP_AOR; False also where it is not loaded, or our AMI user may not call it."""
    try:
        answer = client.request("GetVar", Variable=f"PJSIP_AOR({name},max_contacts)")
    except AmiRefusedError:
        return False
    return bool(answer.headers.get("Value"))


def _list(client: AmiClient, action: str, none: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    """Return the events of a list action; none where Asterisk refuses it with a message that begins with `none`."""
    try:
        return client.list_action(action, timeout=LIST_SECONDS, **fields)
    except AmiRefusedError as error:
        if str(error).startswith(none):
            return []
        raise


# Dialplan


@dataclass(frozen=True)
class _LiveContext:
    extensions: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)


NO_CONTEXT = _LiveContext()


def _live_contexts(events: Rows) -> dict[str, _LiveContext]:
    found: dict[str, _LiveContext] = defaultdict(_LiveContext)
    for event in events:
        context = found[event["Context"]] if "Context" in event else _LiveContext()
        if "Priority" in event:
            step = (event["Application"], event.get("AppData", ""))
            context.extensions.setdefault(event["Extension"], []).append(step)
        elif "IncludeContext" in event:
            context.includes.append(event["IncludeContext"])
    return found


def _whole_dialplan(client: AmiClient, wanted: ExpectedConfig, before: ExpectedConfig, found: Verification) -> None:
    live = _live_contexts(client.list_action("ShowDialPlan", timeout=LIST_SECONDS))
    for name in wanted.contexts.keys() | before.contexts.keys():
        _compare_context(name, wanted, before, live.get(name, NO_CONTEXT), found)


def _changed_contexts(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    change: ConfigChange,
    found: Verification,
) -> None:
    markers = {name for name in wanted.contexts if name.startswith(MARKER_CONTEXT)}
    for name in change.contexts | change.removed_contexts | markers:
        events = _list(client, "ShowDialPlan", "Did not find context", {"Context": name})
        _compare_context(name, wanted, before, _live_contexts(events).get(name, NO_CONTEXT), found)


def _compare_context(
    name: str, wanted: ExpectedConfig, before: ExpectedConfig, live: _LiveContext, found: Verification
) -> None:
    """Compare one context; extensions and includes that somebody added by hand are ignored."""
    context, old = wanted.contexts.get(name, Context(name)), before.contexts.get(name, Context(name))
    found.checked["context"] += 1
    found.checked["extension"] += len(context.extensions)
    for extension, steps in context.extensions.items():
        there = live.extensions.get(extension)
        if there is None:
            found.differences.append(missing(DialplanLine(name, extension)))
        elif there != [(step.application, step.arguments) for step in steps]:
            found.differences.append(altered(DialplanLine(name, extension)))
    for extension in sorted((old.extensions.keys() - context.extensions.keys()) & live.extensions.keys()):
        found.differences.append(still_there(DialplanLine(name, extension)))
    # The order of includes counts, but only among those that are in this set or were in the one before.
    ours = {*context.includes, *old.includes}
    if [include for include in live.includes if include in ours] != list(context.includes):
        found.differences.append(altered(_("the search order of %(context)s") % {"context": name}))
