"""Reads back what the running Asterisk has: everything, or what a change had to bring and to take away.

After a small change the changed contexts and objects are read in full, and so are the markers at the ends of the files:
a file that was cut has lost its marker. A double name freezes one type of object; what shows it is that the changed
objects of that type are not live, and where none of a type changed there was nothing to take over.
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
from asterisk_sync.reload.value_comparison import value_differences
from asterisk_sync.rendering.files import MARKER, MARKER_CONTEXT
from asterisk_sync.rendering.parser import Context

LIST_SECONDS = 30.0
# With more of them changed, lists are cheaper than one question each.
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
    """How many of each kind were compared with what is live, and what was found otherwise."""

    checked: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def missing(self, what: object) -> None:
        """Note what should be live and is not."""
        self.differences.append(_("%(object)s is missing") % {"object": str(what)})

    def lingering(self, what: object) -> None:
        """Note what should be gone and is not."""
        self.differences.append(_("%(object)s is still there") % {"object": str(what)})

    def altered(self, what: object) -> None:
        """Note what is live and does not do what it should."""
        self.differences.append(_("%(object)s does something else") % {"object": str(what)})


def read_back(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    *,
    complete: bool,
) -> Verification:
    """Compare once; a module of which nothing changed, or very much, is read back completely in any case."""
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
    """Return the endpoints through which the changed and removed objects are seen."""
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
        # Objects written by hand may be there as well; what we removed must not.
        for name in sorted((before.names(kind) - wanted.names(kind)) & live.keys()):
            found.lingering(f"{kind} {name}")
    if not found.differences:
        # The lists show few values of an endpoint, and a bad one keeps its old values and says nothing.
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
        found.missing(" ".join(key))
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
            found.lingering(f"endpoint {name}")
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
    """Compare an endpoint with its aors, auths and addresses in full; return what was seen or should have been."""
    rows = _detail(client, name)
    live = {(str(row.get("ObjectType")), str(row.get("ObjectName"))): row for row in rows}
    inner = wanted.objects["endpoint", name].references
    expected = {("endpoint", name), *inner, *wanted.identifies.get(name, ())}
    for key in sorted(expected):
        _compare_object(key, wanted, live.get(key), found)
    for key in sorted(change.removed_objects & live.keys()):
        found.lingering(" ".join(key))
    return expected | live.keys()


def _by_name(client: AmiClient, kind: str, names: set[str], wanted: ExpectedConfig, found: Verification) -> None:
    """Look at objects that no endpoint shows: aors by a question each, which is cheap, all else by its list."""
    if kind == "aor":
        there = {name for name in names if _has_aor(client, name)}
        if there >= names & wanted.names(kind):
            found.checked[kind] += len(names)
            for name in sorted(there - wanted.names(kind)):
                found.lingering(f"{kind} {name}")
            return
    live = _live_objects(client, kind)
    for name in sorted(names & wanted.names(kind)):
        _compare_object((kind, name), wanted, live.get(name), found)
    for name in sorted((names - wanted.names(kind)) & live.keys()):
        found.lingering(f"{kind} {name}")


def _has_aor(client: AmiClient, name: str) -> bool:
    """Ask the function of the dialplan; where it is not loaded, or our user may not, the answer is no."""
    try:
        answer = client.request("GetVar", Variable=f"PJSIP_AOR({name},max_contacts)")
    except AmiRefusedError:
        return False
    return bool(answer.headers.get("Value"))


def _list(client: AmiClient, action: str, none: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    """Return the events of a list action, none where Asterisk refuses it with the words of `none`."""
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
    """What an operator added to a context by hand is left alone: it is neither wanted nor something to take away."""
    context, old = wanted.contexts.get(name, Context(name)), before.contexts.get(name, Context(name))
    found.checked["context"] += 1
    found.checked["extension"] += len(context.extensions)
    for extension, steps in context.extensions.items():
        there = live.extensions.get(extension)
        if there is None:
            found.missing(DialplanLine(name, extension))
        elif there != [(step.application, step.arguments) for step in steps]:
            found.altered(DialplanLine(name, extension))
    for extension in sorted((old.extensions.keys() - context.extensions.keys()) & live.extensions.keys()):
        found.lingering(DialplanLine(name, extension))
    ours = {*context.includes, *old.includes}
    if [include for include in live.includes if include in ours] != list(context.includes):
        found.altered(_("the search order of %(context)s") % {"context": name})
