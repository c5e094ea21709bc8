"""Surveys a node: how its disk, its Asterisk and the database differ from the set that it accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from asterisk_sync.drift import database, disk, live
from asterisk_sync.drift.difference import DriftDifference
from asterisk_sync.generations import store
from asterisk_sync.models import DriftKind, Generation, Node


@dataclass(frozen=True)
class Survey:
    """The differences; a kind in `looked_at` without a difference has none, any other kind was not looked for."""

    differences: tuple[DriftDifference, ...] = ()
    looked_at: frozenset[DriftKind] = frozenset()
    accepted: Generation | None = None
    # The files as they are on the disk, where one of them differs.
    found: Mapping[str, str] = field(default_factory=dict)


def survey(node: Node) -> Survey:
    """Return how a node differs from its accepted set; what cannot be reached now is left out of `looked_at`.

    1. Compare the disk.
    2. Compare the running Asterisk; where all of ours is as it should be, look for foreign objects.
    3. Compare the database, where the node should run what it says.
    """
    accepted = store.last_good(node)
    if accepted.generation is None or not accepted.files:
        return Survey()
    looked_at: set[DriftKind] = set()
    differences: list[DriftDifference] = []
    found: Mapping[str, str] = {}
    if Path(node.config_path).is_dir():
        on_disk = disk.find_disk_differences(node, accepted)
        differences += on_disk.differences
        found = on_disk.found
        looked_at |= {DriftKind.FILE, DriftKind.LINK, DriftKind.INCLUDE}
    running = live.find_live_differences(node, accepted)
    if running is not None:
        differences += running
        looked_at.add(DriftKind.LIVE)
        # What a wrong set left behind is not foreign: that is asked once everything of ours is as it should be.
        if not differences:
            differences += live.find_foreign_objects(node, accepted)
            looked_at.add(DriftKind.FOREIGN)
    if database.is_compared_with_database(node):
        differences += database.find_database_differences(node, accepted)
        looked_at.add(DriftKind.DATABASE)
    return Survey(tuple(differences), frozenset(looked_at), accepted.generation, found)
