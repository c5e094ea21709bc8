"""The set that a node should run next: from the database or from the past, validated and not yet written."""

from collections.abc import Mapping
from dataclasses import dataclass

from asterisk_sync import history
from asterisk_sync.expectation import Expectation, module_of
from asterisk_sync.history import AcceptedSet
from asterisk_sync.models import Generation, Node
from asterisk_sync.rendering import render_files
from asterisk_sync.rendering.files import without_header
from asterisk_sync.snapshot import Snapshot
from asterisk_sync.snapshot_loader import load_snapshot
from asterisk_sync.steps import Steps
from asterisk_sync.validation import validate
from asterisk_sync.writer import DiskState


@dataclass(frozen=True)
class Candidate:
    """A validated set; `changed` names the files that Asterisk has to read again."""

    files: Mapping[str, str]
    expectation: Expectation
    changed: frozenset[str]
    counts: Mapping[str, int]
    restores: Generation | None = None

    @property
    def modules(self) -> frozenset[str]:
        """The modules that have to be reloaded."""
        return frozenset(module_of(name) for name in self.changed)


def prepare(node: Node, accepted: AcceptedSet, disk: DiskState, *, forced: bool, steps: Steps) -> Candidate:
    """Build the set for the node's wanted generation; raise RefusedError for one that must not be written."""
    restores = history.set_to_restore(node, node.desired_generation)
    snapshot: Snapshot | None = None
    if restores is not None:
        files: Mapping[str, str] = history.read_files(restores)
    else:
        with steps("snapshot"):
            snapshot = load_snapshot(node)
        with steps("render"):
            files = render_files(snapshot, node.desired_generation)
    # A file of which only the header is new stays as it is, with its header.
    same = {name for name in files if without_header(files[name]) == without_header(accepted.files.get(name, ""))}
    files = {name: accepted.files[name] if name in same else text for name, text in files.items()}
    with steps("validate"):
        expectation = validate(files, snapshot)
    complete = forced or not accepted.files or disk.differs_from(accepted.hashes())
    return Candidate(
        files,
        expectation,
        frozenset(files if complete else files.keys() - same),
        snapshot.counts() if snapshot else restores.object_counts if restores else {},
        restores,
    )
