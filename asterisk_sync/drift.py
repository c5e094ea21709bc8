"""Finds what signals cannot see: files edited by hand, a change that went past the outbox, another set that is live."""

from collections.abc import Iterator
from pathlib import Path

import structlog
from django.utils.translation import gettext as _

from asterisk_sync import contents, services
from asterisk_sync.ami_messages import AmiError
from asterisk_sync.candidate import prepare
from asterisk_sync.contents import AcceptedSet
from asterisk_sync.expectation import expect, module_of
from asterisk_sync.models import Node
from asterisk_sync.reloader import connected, read_differences, summarise
from asterisk_sync.steps import Steps
from asterisk_sync.validation import RefusedError
from asterisk_sync.writer import NodeFolder

log = structlog.get_logger(__name__)


def audit_nodes() -> None:
    """Ask for a complete set on each settled node that drifted; the history shows it as a change named drift."""
    for node in Node.objects.filter(enabled=True):
        if node.is_pending:
            continue
        found = find_drift(node)
        if found:
            log.warning("drift", node=node.name, found=summarise(found))
            services.request_sync(node=node, actor="drift", action="drift")


def find_drift(node: Node) -> list[str]:
    """Return what differs from the set that Asterisk last accepted: on disk, live, or in the database."""
    accepted = contents.last_good(node)
    if not accepted.files:
        return []
    return [*_on_disk(node, accepted), *_live(node, accepted), *_in_database(node, accepted)]


def _on_disk(node: Node, accepted: AcceptedSet) -> Iterator[str]:
    disk = NodeFolder(Path(node.config_path)).state()
    for name in disk.differs_from(accepted.hashes()):
        yield _("%(file)s was changed or deleted on the node") % {"file": name}


def _live(node: Node, accepted: AcceptedSet) -> list[str]:
    wanted = expect(accepted.files)
    try:
        with connected(node) as ami:
            return read_differences(ami, wanted, wanted, frozenset(map(module_of, accepted.files)))
    except AmiError:
        # Not reachable is another matter, which the next change or the AMI worker shows.
        return []


def _in_database(node: Node, accepted: AcceptedSet) -> Iterator[str]:
    if node.applied_generation != node.desired_generation:
        return
    disk = NodeFolder(Path(node.config_path)).state()
    try:
        candidate = prepare(node, accepted, disk, forced=False, steps=Steps())
    except RefusedError as error:
        yield str(error)
        return
    for name in sorted(candidate.files):
        if candidate.files[name] != accepted.files.get(name):
            yield _("%(file)s no longer says what the database says") % {"file": name}
