"""Refuses a set before it touches the disk: as a whole, because a fault in one file can empty another."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.core.exceptions import ValidationError

from asterisk_sync.expectation import PJSIP_MODULE, Expectation, expect, module_of, parse_file
from asterisk_sync.rendering.files import FILE_NAMES, EnvelopeError, marker_context_of, markers
from asterisk_sync.rendering.parser import ConfigSyntaxError
from asterisk_sync.snapshot import Snapshot
from voipadmin.core.addresses import check_address, parse_network

SHOWN = 5
# Options of PJSIP objects that name another object: (type, option) -> type of what is named.
REFERENCES = {
    ("endpoint", "aors"): "aor",
    ("endpoint", "auth"): "auth",
    ("endpoint", "outbound_auth"): "auth",
    ("identify", "endpoint"): "endpoint",
    ("registration", "endpoint"): "endpoint",
    ("registration", "outbound_auth"): "auth",
}

_JUMP = re.compile(r"(?P<context>[A-Za-z0-9_.-]+),(?P<extension>[A-Za-z0-9_+]+),(?P<priority>[A-Za-z0-9_]+)(?:\(.*\))?")


class RefusedError(ValueError):
    """The set must not be written; the problems say why."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        # The set that was refused, kept for reading.
        self.files: Mapping[str, str] = {}
        more = len(self.problems) - SHOWN
        super().__init__("; ".join(self.problems[:SHOWN]) + (f"; +{more}" if more > 0 else ""))


def validate(files: Mapping[str, str], snapshot: Snapshot | None) -> Expectation:
    """Return what has to be live; raise RefusedError. Without a snapshot (a restored set) nothing is counted."""
    if set(files) != set(FILE_NAMES):
        raise RefusedError([f"the set has the files {', '.join(sorted(files))}"])
    problems = [*_syntax(files)]
    if problems:
        raise RefusedError(problems)
    wanted = expect(files)
    problems = [
        *_unmarked(files, wanted),
        *_doubles(files),
        *_dangling(wanted),
        *_jumps(wanted),
        *_special_addresses(wanted),
        *_missing(wanted, snapshot),
    ]
    if problems:
        raise RefusedError(problems)
    return wanted


def _syntax(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        try:
            parse_file(name, text)
        except ConfigSyntaxError as error:
            yield f"{name}, {error}"


def _unmarked(files: Mapping[str, str], wanted: Expectation) -> Iterator[str]:
    """The marker at the end of each file is what shows, live, that Asterisk read the file to its end."""
    try:
        found = markers(files)
    except EnvelopeError as error:
        yield str(error)
        return
    for name, marker in found.items():
        if module_of(name) == PJSIP_MODULE:
            marked = ("aor", marker) in wanted.objects
        else:
            context = wanted.contexts.get(marker_context_of(name))
            marked = context is not None and marker in context.extensions
        if not marked:
            yield f"{name} does not end with its marker"


def _doubles(files: Mapping[str, str]) -> Iterator[str]:
    """One double of one type would freeze every object of that type, in all files."""
    seen: dict[tuple[str, str], str] = {}
    for name, text in files.items():
        parsed = parse_file(name, text)
        keys = [(item.type, item.name) for item in parsed.objects]
        keys += [("context", context.name) for context in parsed.contexts]
        for key in keys:
            if key in seen:
                yield f"{key[0]} {key[1]} is in {seen[key]} and in {name}"
            seen[key] = name


def _dangling(wanted: Expectation) -> Iterator[str]:
    names = {kind: wanted.names(kind) for kind in set(REFERENCES.values())}
    for item in wanted.objects.values():
        for (kind, option), target in REFERENCES.items():
            if kind != item.type:
                continue
            named = ",".join(item.values(option)).split(",")
            for name in filter(None, map(str.strip, named)):
                if name not in names[target]:
                    yield f"{kind} {item.name} names the {target} {name}, which is not in the set"
    contexts = wanted.contexts.keys()
    for (kind, name), item in wanted.objects.items():
        context = item.value("context")
        if kind == "endpoint" and context and context not in contexts:
            yield f"endpoint {name} names the context {context}, which is not in the set"


def _jumps(wanted: Expectation) -> Iterator[str]:
    for context in wanted.contexts.values():
        for include in context.includes:
            if include not in wanted.contexts:
                yield f"context {context.name} includes {include}, which is not in the set"
        for extension, steps in context.extensions.items():
            for step in steps:
                if step.application in {"Goto", "Gosub"} and not _lands(wanted, step.arguments):
                    yield f"{extension}@{context.name} goes to {step.arguments}, which is not in the set"


def _lands(wanted: Expectation, arguments: str) -> bool:
    """Check a jump whose target is written out; one that depends on the call cannot be checked."""
    match = _JUMP.fullmatch(arguments)
    if match is None:
        return True
    target = wanted.contexts.get(match["context"])
    if target is None:
        return False
    # A pattern or an include may answer for the extension; only closed contexts can be judged.
    if target.includes or any(name.startswith("_") for name in target.extensions):
        return True
    return match["extension"] in target.extensions


def _special_addresses(wanted: Expectation) -> Iterator[str]:
    """A row that no form checked, or a setting that became stricter, must not let this machine call itself."""
    for (kind, name), item in wanted.objects.items():
        for match in item.values("match") if kind == "identify" else ():
            network = parse_network(match if match.count(":") != 1 else match.partition(":")[0])
            if network is None:
                yield f"{kind} {name}: {match} is no address"
                continue
            try:
                check_address(network)
            except ValidationError as error:
                yield f"{kind} {name}: {' '.join(error.messages)}"


def _missing(wanted: Expectation, snapshot: Snapshot | None) -> Iterator[str]:
    """Every object of the snapshot that can be called, or can call, has to be in the files."""
    if snapshot is None:
        return
    endpoints = wanted.names("endpoint")
    for endpoint, described in _callable_objects(snapshot):
        if endpoint not in endpoints:
            yield f"{described} has no endpoint"
    numbers = {extension for context in wanted.contexts.values() for extension in context.extensions}
    for did in snapshot.dids:
        if did.number not in numbers:
            yield f"DID {did.number} is not in the dialplan"


def _callable_objects(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for gateway in snapshot.gateways:
        if gateway.addresses:
            yield gateway.name, f"gateway {gateway.name}"
    for customer in snapshot.customers:
        if not customer.active:
            continue
        if customer.addresses:
            yield customer.endpoint, f"customer {customer.code}"
        for extension in customer.extensions:
            if extension.secret:
                yield extension.username, f"extension {extension.number} of {customer.code}"
