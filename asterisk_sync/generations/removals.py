"""What a set removes, by the names that people know the objects by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from asterisk_sync.generations import store
from asterisk_sync.generations.expected import ExpectedConfig, expected_config
from asterisk_sync.generations.shrink_guard import ROUTE_CONTEXT, TRUNK_ENDPOINT, objects_of, removed_names
from asterisk_sync.models import Generation, OutboxEntry
from asterisk_sync.rendering.parser import ConfigSyntaxError
from routing.models import Route

UUID_DIGITS = 32


@dataclass(frozen=True)
class Removal:
    """The removed objects of one kind: their names, and how many there were before."""

    kind: str
    names: Sequence[str]
    before: int


def recorded_removals(generation: Generation, before: Generation | None) -> list[Removal]:
    """Return what a rendered set removes, as it was recorded with the set; the kind with the most first."""
    return _named(generation.removals, _read(before))


def removals_between(before: Generation | None, after: Generation) -> list[Removal]:
    """Return what `before` has and `after` has not; the kind with the most first."""
    was = _read(before)
    return _named(removed_names(objects_of(was), objects_of(_read(after))), was)


def _read(generation: Generation | None) -> ExpectedConfig:
    if generation is None:
        return ExpectedConfig()
    try:
        return expected_config(store.read_files(generation))
    except ConfigSyntaxError:
        return ExpectedConfig()


def _named(removed: Mapping[str, Sequence[str]], was: ExpectedConfig) -> list[Removal]:
    totals = objects_of(was)
    found = [
        Removal(kind, sorted(_names(kind, names, was)), max(len(totals.get(kind, ())), len(names)))
        for kind, names in removed.items()
        if names
    ]
    return sorted(found, key=lambda removal: -len(removal.names))


def _names(kind: str, names: Sequence[str], was: ExpectedConfig) -> list[str]:
    if kind == "customers":
        return [name.removeprefix(TRUNK_ENDPOINT) for name in names]
    if kind == "extensions":
        return [_extension(name, was) for name in names]
    if kind == "routes":
        return _routes(names)
    return list(names)


def _extension(name: str, was: ExpectedConfig) -> str:
    """Return customer and caller ID of an extension: nobody knows it by its SIP user name."""
    endpoint = was.objects.get(("endpoint", name))
    if endpoint is None:
        return name
    return " · ".join(filter(None, (endpoint.value("accountcode"), endpoint.value("callerid")))) or name


def _routes(contexts: Sequence[str]) -> list[str]:
    keys = {context: _route_key(context) for context in contexts}
    wanted = [key for key in keys.values() if key]
    gone = OutboxEntry.objects.filter(object_label="routing.route", object_id__in=wanted).order_by("created_at")
    known = dict(gone.values_list("object_id", "object_name"))
    known |= {str(route.pk): str(route) for route in Route.objects.filter(pk__in=wanted)}
    return [known.get(key, context) for context, key in keys.items()]


def _route_key(context: str) -> str:
    digits = context.removeprefix(ROUTE_CONTEXT)[:UUID_DIGITS]
    try:
        return str(UUID(digits))
    except ValueError:
        return ""
