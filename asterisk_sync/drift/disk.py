"""Compares the generated files of a node, the link to them and the lines that include them with the accepted set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from asterisk_sync.drift.difference import DriftDifference
from asterisk_sync.generations.folder import CURRENT, DiskState, NodeFolder
from asterisk_sync.generations.includes import include_line, inclusion_of
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.models import DriftKind, Node


@dataclass(frozen=True)
class DiskDifferences:
    """The differences on the disk, and name -> text of the files as they are there."""

    differences: list[DriftDifference]
    found: Mapping[str, str]


def find_disk_differences(node: Node, accepted: AcceptedSet) -> DiskDifferences:
    """Compare the disk with the accepted set."""
    folder = NodeFolder(Path(node.config_path))
    state = folder.state()
    altered = state.differs_from(accepted.hashes())
    found = folder.read(state.directory, accepted.files) if altered and state.directory else {}
    includes = [*_includes(folder.config_path, accepted)]
    if not altered:
        return DiskDifferences(includes, {})
    if state.directory != accepted.directory:
        return DiskDifferences([_elsewhere(state, accepted), *includes], found)
    return DiskDifferences([*(_file(name, found) for name in altered), *includes], found)


def _elsewhere(state: DiskState, accepted: AcceptedSet) -> DriftDifference:
    facts = {"link": CURRENT, "found": state.directory, "wanted": accepted.directory}
    if not state.directory:
        return DriftDifference(DriftKind.LINK, CURRENT, _("The link %(link)s is missing.") % facts)
    text = _("The link %(link)s leads to %(found)s; the node accepted %(wanted)s.") % facts
    return DriftDifference(DriftKind.LINK, CURRENT, text)


def _file(name: str, found: Mapping[str, str]) -> DriftDifference:
    if name in found:
        return DriftDifference(DriftKind.FILE, name, _("%(file)s was changed on the node.") % {"file": name})
    return DriftDifference(DriftKind.FILE, name, _("%(file)s is missing on the node.") % {"file": name})


def _includes(config_path: Path, accepted: AcceptedSet) -> Iterator[DriftDifference]:
    for name in sorted(accepted.files):
        inclusion = inclusion_of(config_path, name)
        if inclusion.is_missing:
            facts = {"file": inclusion.top, "line": include_line(name)}
            yield DriftDifference(DriftKind.INCLUDE, name, _("%(file)s lacks this line: %(line)s") % facts)
