"""Validates a set before it is written: as a whole, because an error in one file can empty another in Asterisk."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError

from asterisk_sync.generations.expected import (
    PJSIP_MODULE,
    ExpectedConfig,
    ParsedFile,
    expected_config,
    module_of,
    parse_file,
)
from asterisk_sync.rendering.files import FILE_NAMES, EnvelopeError, marker_context_of, markers
from asterisk_sync.rendering.parser import ConfigSyntaxError
from asterisk_sync.snapshot.values import Snapshot
from voipadmin.core.text.addresses import check_address, parse_network

SHOWN_PROBLEMS = 5
NUMBERS_CONTEXT = "va-dids-"


class RefusedError(ValueError):
    """The set must not be written; `problems` says why, `files` is the set."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        # Filled in where the set is known: it is kept as a refused generation.
        self.files: Mapping[str, str] = {}
        more = len(self.problems) - SHOWN_PROBLEMS
        super().__init__("; ".join(self.problems[:SHOWN_PROBLEMS]) + (f"; +{more}" if more > 0 else ""))


def validate(files: Mapping[str, str], snapshot: Snapshot | None) -> ExpectedConfig:
    """Return what has to be live; raise RefusedError.

    1. All five files are there and can be parsed.
    2. Each ends with its marker.
    3. No object or context is there twice, in one file or in two.
    4. All that objects and contexts name is there: objects, contexts, includes, jumps.
    5. No address of a peer is a special one, such as this machine's own.
    6. The objects of the snapshot are there, and no others. A set that is put back has no snapshot.
    """
    if set(files) != set(FILE_NAMES):
        raise RefusedError([f"the set has the files {', '.join(sorted(files))}"])
    parsed = _parse(files)
    wanted = expected_config(files)
    problems = [
        *_missing_markers(files, wanted),
        *_duplicates(parsed),
        *_missing_references(wanted),
        *_missing_includes(wanted),
        *_missing_jump_targets(wanted),
        *_special_addresses(wanted),
        *(_not_in_the_snapshot(snapshot, wanted) if snapshot else ()),
    ]
    if problems:
        raise RefusedError(problems)
    return wanted


def _parse(files: Mapping[str, str]) -> dict[str, ParsedFile]:
    """Return the parsed files; raise RefusedError, which names the errors of all of them."""
    parsed: dict[str, ParsedFile] = {}
    problems = []
    for name, text in files.items():
        try:
            parsed[name] = parse_file(name, text)
        except ConfigSyntaxError as error:
            problems.append(f"{name}, {error}")
    if problems:
        raise RefusedError(problems)
    return parsed


def _missing_markers(files: Mapping[str, str], wanted: ExpectedConfig) -> Iterator[str]:
    """Yield the files without their marker, by which the running Asterisk shows that it read them to the end."""
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


def _duplicates(parsed: Mapping[str, ParsedFile]) -> Iterator[str]:
    """Yield the names that two objects of one type have: Asterisk would freeze every object of that type."""
    seen: dict[tuple[str, str], str] = {}
    for name, file in parsed.items():
        keys = {(item.type, item.name) for item in file.objects} | {("context", item.name) for item in file.contexts}
        for kind, twice in sorted(keys & seen.keys()):
            yield f"{kind} {twice} is in {seen[kind, twice]} and in {name}"
        seen.update(dict.fromkeys(keys, name))


def _missing_references(wanted: ExpectedConfig) -> Iterator[str]:
    for item in wanted.objects.values():
        for kind, name in item.references:
            if (kind, name) not in wanted.objects:
                yield f"{item.type} {item.name} names the {kind} {name}, which is not in the set"
        context = item.value("context") if item.type == "endpoint" else None
        if context and context not in wanted.contexts:
            yield f"endpoint {item.name} names the context {context}, which is not in the set"


def _missing_includes(wanted: ExpectedConfig) -> Iterator[str]:
    for context in wanted.contexts.values():
        for include in context.includes:
            if include not in wanted.contexts:
                yield f"context {context.name} includes {include}, which is not in the set"


def _missing_jump_targets(wanted: ExpectedConfig) -> Iterator[str]:
    jumps = frozenset().union(*(context.jumps for context in wanted.contexts.values()))
    missing = {jump for jump in jumps if not _exists(wanted, *jump)}
    for context in wanted.contexts.values() if missing else ():
        for extension, steps in context.extensions.items():
            for step in steps:
                if step.jump in missing:
                    yield f"{extension}@{context.name} goes to {step.arguments}, which is not in the set"


def _exists(wanted: ExpectedConfig, context: str, extension: str) -> bool:
    target = wanted.contexts.get(context)
    if target is None:
        return False
    # A pattern or an include may match the extension: such a context is taken to have it.
    return bool(target.includes) or target.has_patterns or extension in target.extensions


def _special_addresses(wanted: ExpectedConfig) -> Iterator[str]:
    """Yield identifies with special addresses, such as loopback: rows that no form checked, or a stricter setting."""
    allowed = tuple(settings.ALLOWED_SPECIAL_NETWORKS)
    for name in sorted(wanted.names("identify")):
        for match in wanted.objects["identify", name].values("match"):
            if not _is_usual_address(match, allowed):
                yield f"identify {name}: {' '.join(_address_errors(match))}"


@lru_cache(maxsize=1 << 16)
def _is_usual_address(match: str, allowed: tuple[str, ...]) -> bool:  # noqa: ARG001 - the setting that decides
    return not _address_errors(match)


def _address_errors(match: str) -> list[str]:
    network = parse_network(match if match.count(":") != 1 else match.partition(":")[0])
    if network is None:
        return [f"{match} is no address"]
    try:
        check_address(network)
    except ValidationError as error:
        return list(error.messages)
    return []


def _not_in_the_snapshot(snapshot: Snapshot, wanted: ExpectedConfig) -> Iterator[str]:
    """Yield objects of the snapshot that are missing from the files, and objects of the files that it has not."""
    endpoints, needed, known = wanted.names("endpoint"), dict(_callable_objects(snapshot)), _known_endpoints(snapshot)
    for endpoint in needed.keys() - endpoints:
        yield f"{needed[endpoint]} has no endpoint"
    for endpoint in sorted(endpoints - known):
        yield f"endpoint {endpoint} is nobody's"
    arriving = [context.extensions for name, context in wanted.contexts.items() if name.startswith(NUMBERS_CONTEXT)]
    numbers, live = {did.number for did in snapshot.dids}, set().union(*arriving)
    for number in sorted(numbers - live):
        yield f"DID {number} is not in the dialplan"
    for number in sorted(live - numbers):
        yield f"DID {number} is nobody's"


def _known_endpoints(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(
        [
            *(gateway.name for gateway in snapshot.gateways),
            *(customer.endpoint for customer in snapshot.customers),
            *(extension.username for customer in snapshot.customers for extension in customer.extensions),
        ]
    )


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
