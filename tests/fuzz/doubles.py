"""Two objects of one name: Asterisk would freeze all of their type, so such a set must not be written."""

import random
from collections.abc import Iterator
from dataclasses import replace

from asterisk_sync.generations.validation import validate
from asterisk_sync.rendering import render_files
from asterisk_sync.snapshot.values import Snapshot
from tests.fuzz.sets import REFUSALS

KINDS = ("gateways", "gateway and extension", "extensions", "customers", "numbers", "address")


def doubled(chance: random.Random, snapshot: Snapshot, count: int) -> Iterator[tuple[str, bool]]:
    """Yield kinds of doubles with whether the set was refused."""
    for _ in range(count):
        kind = chance.choice(KINDS)
        spoilt = _with_double(chance, snapshot, kind)
        try:
            validate(render_files(spoilt, 1), spoilt)
        except REFUSALS:
            yield f"double.{kind}", True
        else:
            yield f"double.{kind}", False


def _with_double(chance: random.Random, snapshot: Snapshot, kind: str) -> Snapshot:
    first, second = chance.sample(snapshot.gateways, 2)
    office = next(item for item in snapshot.customers if item.extensions)
    one, other = chance.sample([item for item in office.extensions if item.enabled], 2)
    trunk = next(item for item in snapshot.customers if item.addresses)
    if kind == "gateways":
        return replace(snapshot, gateways=(*snapshot.gateways, replace(first, id=second.id, addresses=())))
    if kind == "gateway and extension":
        spoilt = replace(office, extensions=(*office.extensions, replace(one, number="99", username=first.name)))
    elif kind == "extensions":
        spoilt = replace(office, extensions=(*office.extensions, replace(one, number="98", id=other.id)))
    elif kind == "customers":
        return replace(snapshot, customers=(*snapshot.customers, replace(trunk, id=office.id)))
    elif kind == "numbers":
        return replace(snapshot, dids=(*snapshot.dids, snapshot.dids[0]))
    else:
        single = next(item for item in trunk.addresses)
        taken = replace(first, addresses=(single.network.partition("/")[0],))
        return replace(snapshot, gateways=tuple(taken if item is first else item for item in snapshot.gateways))
    return replace(snapshot, customers=tuple(spoilt if item is office else item for item in snapshot.customers))
