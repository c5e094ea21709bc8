"""Compares the objects of PJSIP of a throwaway Asterisk with the expected ones."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.generations.expected import ExpectedConfig
from asterisk_sync.reload.differences import missing, not_in_the_set
from asterisk_sync.reload.reloader import LIST_ACTIONS
from asterisk_sync.reload.value_comparison import ami_header, value_differences
from asterisk_sync.rendering.parser import PjsipObject
from asterisk_sync.throwaway.instance import Instance

# So many endpoints are asked for one by one, with all their values; the others are compared by what the list shows.
MOST_ENDPOINTS_IN_FULL = 500
REFERENCES = {"Aor": "aor", "Auths": "auth", "OutboundAuths": "auth"}
KINDS = frozenset({*LIST_ACTIONS, "identify"})
SWITCHES = frozenset({"yes", "no", "true", "false", "on", "off", "1", "0"})

_IDENTIFY = re.compile(r"^ *(?P<word>Identify|Match): +(?P<value>[^<\s]\S*)$", re.MULTILINE)

Rows = dict[str, Mapping[str, Any]]


def read_objects(instance: Instance, client: AmiClient, kinds: frozenset[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return type -> rows of the lists of live objects; identifies only where `kinds` names them."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind, action in LIST_ACTIONS.items():
        # The list of registrations brings their auths along.
        rows = client.list_action(action, timeout=instance.deadline.left())
        found[kind] = [row for row in rows if row.get("ObjectType") == kind]
    found["identify"] = list(_identifies(instance.console("pjsip show identifies"))) if "identify" in kinds else []
    return found


def _identifies(text: str) -> Iterator[dict[str, str]]:
    """Yield the identifies that the console prints: AMI has no list of them."""
    row: dict[str, str] = {}
    for match in _IDENTIFY.finditer(text):
        if match["word"] == "Match":
            row["Match"] = ",".join(filter(None, [row.get("Match", ""), match["value"]]))
            continue
        if row:
            yield row
        name, _slash, endpoint = match["value"].partition("/")
        row = {"ObjectName": name, "Endpoint": endpoint}
    if row:
        yield row


def object_differences(
    instance: Instance,
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    contexts: frozenset[str],
) -> tuple[list[str], dict[str, int]]:
    """Return a sentence for each difference, and type -> how many objects are live."""
    live = read_objects(instance, client, KINDS)
    problems = [
        _("nobody reads %(object)s") % {"object": f"{kind} {name}"}
        for kind, name in wanted.objects
        if kind not in KINDS
    ]
    for kind, rows in live.items():
        problems += _names(kind, wanted.names(kind), [str(row["ObjectName"]) for row in rows])
        problems += [problem for row in rows for problem in _values(wanted, kind, row)]
    problems += _missing_references(live, wanted, contexts)
    there = [str(row["ObjectName"]) for row in live["endpoint"] if _is_new(str(row["ObjectName"]), wanted, before)]
    problems += _details(instance, client, wanted, there[:MOST_ENDPOINTS_IN_FULL])
    return problems, {kind: len(rows) for kind, rows in live.items()}


def _names(kind: str, wanted: frozenset[str], live: list[str]) -> Iterator[str]:
    yield from (missing(f"{kind} {name}") for name in sorted(wanted - set(live)))
    yield from (not_in_the_set(f"{kind} {name}") for name in sorted(set(live) - wanted))
    for name, count in Counter(live).items():
        if count > 1:
            yield _("%(object)s is there %(count)s times") % {"object": f"{kind} {name}", "count": count}


def _values(wanted: ExpectedConfig, kind: str, row: Mapping[str, Any]) -> Iterator[str]:
    item = wanted.objects.get((kind, str(row.get("ObjectName"))))
    if item is None:
        return
    yield from value_differences(item, row)
    yield from _switches(item, row)


def _switches(item: PjsipObject, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield options with a value that is neither yes nor no: Asterisk takes those for no, and says nothing."""
    for key, value in item.options:
        shown = row.get(ami_header(key))
        if shown in {"true", "false", "yes", "no"} and value.lower() not in SWITCHES:
            yield _("%(object)s has “%(value)s” for %(option)s, which Asterisk takes for “%(shown)s”") % {
                "object": f"{item.type} {item.name}",
                "value": value,
                "option": key,
                "shown": shown,
            }


def _missing_references(
    live: Mapping[str, list[Mapping[str, Any]]], wanted: ExpectedConfig, contexts: frozenset[str]
) -> Iterator[str]:
    """Yield references of live objects to what is not there, about which Asterisk says nothing."""
    names = {kind: {str(row["ObjectName"]) for row in rows} for kind, rows in live.items()}
    for row in live["endpoint"]:
        for header, kind in REFERENCES.items():
            for name in filter(None, str(row.get(header, "")).split(",")):
                if name not in names[kind]:
                    yield _not_there("endpoint", row, f"{kind} {name}")
        item = wanted.objects.get(("endpoint", str(row["ObjectName"])))
        context = item.value("context") if item else None
        if context and context not in contexts:
            yield _not_there("endpoint", row, f"context {context}")
    for row in live["identify"]:
        if row["Endpoint"] not in names["endpoint"]:
            yield _not_there("identify", row, f"endpoint {row['Endpoint']}")


def _not_there(kind: str, row: Mapping[str, Any], target: str) -> str:
    return _("%(object)s names %(target)s, which is not there") % {
        "object": f"{kind} {row['ObjectName']}",
        "target": target,
    }


def _details(instance: Instance, client: AmiClient, wanted: ExpectedConfig, endpoints: list[str]) -> Iterator[str]:
    for name in endpoints:
        rows = client.list_action("PJSIPShowEndpoint", Endpoint=name, timeout=instance.deadline.left())
        for row in rows:
            yield from _values(wanted, str(row.get("ObjectType")), row)


def _is_new(name: str, wanted: ExpectedConfig, before: ExpectedConfig) -> bool:
    """Tell whether an endpoint, or an object with the same name, differs from `before`."""
    return any(wanted.objects.get((kind, name)) != before.objects.get((kind, name)) for kind in KINDS)
