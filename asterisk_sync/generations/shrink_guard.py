"""How much of what a node runs may be removed at once: a wrong import or a lost table must not empty a node."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from asterisk_sync.generations.expected import ExpectedConfig

DID_CONTEXT = "va-dids-"
ROUTE_CONTEXT = "va-route-"
TRUNK_ENDPOINT = "trunk."


@dataclass(frozen=True)
class ShrinkLimits:
    """Removing more than `objects`, or more than `percent` of a kind, waits for a person.

    Up to `always_allowed` objects of a kind never wait.
    """

    objects: int
    percent: int
    always_allowed: int

    def exceeded(self, removed: int, before: int) -> bool:
        """Tell whether removing `removed` of `before` objects of a kind is too much to do unasked."""
        if removed <= self.always_allowed:
            return False
        return removed > self.objects or removed * 100 > before * self.percent


def objects_of(wanted: ExpectedConfig) -> dict[str, frozenset[str]]:
    """Return kind -> names of the objects that people know, read from the objects and contexts of a set."""
    endpoints = wanted.names("endpoint")
    trunks = frozenset(name for name in endpoints if name.startswith(TRUNK_ENDPOINT))
    telephones = frozenset(name for name in endpoints if wanted.objects["endpoint", name].has_to_authenticate)
    return {
        "customers": trunks,
        # A gateway is called by its address: its endpoint asks for no password.
        "gateways": endpoints - trunks - telephones,
        "extensions": telephones,
        "dids": frozenset(_numbers(wanted)),
        "routes": frozenset(name for name in wanted.contexts if name.startswith(ROUTE_CONTEXT)),
    }


def _numbers(wanted: ExpectedConfig) -> Iterator[str]:
    for name, context in wanted.contexts.items():
        if name.startswith(DID_CONTEXT):
            yield from context.extensions


def removed_names(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return kind -> sorted names that `before` has and `after` has not, without kinds that lose none."""
    removed = {kind: sorted(names - after.get(kind, frozenset())) for kind, names in before.items()}
    return {kind: names for kind, names in removed.items() if names}


def exceeding(
    removed: Mapping[str, list[str]], before: Mapping[str, frozenset[str]], limits: ShrinkLimits
) -> list[str]:
    """Return the kinds of which too much would be removed."""
    return [kind for kind, names in removed.items() if limits.exceeded(len(names), len(before[kind]))]
