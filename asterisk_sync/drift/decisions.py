"""Audits nodes for drift, and mends or adopts what was found."""

from datetime import timedelta
from pathlib import Path

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes import services
from asterisk_sync.drift import findings
from asterisk_sync.drift.survey import survey
from asterisk_sync.generations import store
from asterisk_sync.generations.includes import add_include, include_line, inclusion_of
from asterisk_sync.models import DriftFinding, DriftKind, DriftPolicy, Node, Settlement, SyncState
from asterisk_sync.pipeline.locking import node_lock
from voipadmin.core.errors import DomainError

log = structlog.get_logger(__name__)

# A finding that comes back so soon after it was mended is left to a person: something on the node writes it again.
RECURS_WITHIN = timedelta(minutes=10)


class NotMendableError(DomainError):
    """The panel cannot mend this finding."""

    code = "not_mendable"


class NotAdoptableError(DomainError):
    """The finding has nothing that could be adopted."""

    code = "not_adoptable"


def audit_node(node: Node) -> None:
    """Record the drift of a node, and mend it where that is the node's policy.

    1. Take the lock of the node. While a run is in progress or due nothing is done: what it writes is no drift.
    2. Compare disk, Asterisk and database with the accepted set, and record the findings.
    3. Mend what is open, but not what came back soon after it was mended.
    """
    with node_lock(node.pk) as lock:
        node = Node.objects.get(pk=node.pk)
        if lock is None or not node.enabled or node.is_pending:
            return
        new = findings.record_survey(node, survey(node))
    if new:
        log.warning("drift", node=node.name, found=[str(finding) for finding in new])
    if node.on_drift == DriftPolicy.MEND:
        _mend([finding for finding in findings.open_findings(node) if not recurs(finding)])


def find_drift(node: Node) -> list[str]:
    """Return a sentence for each difference of this moment, without recording it."""
    return [line for item in findings.unknown(node, survey(node).differences) for line in item.lines()]


def mend(*, finding: DriftFinding, actor: str = "") -> None:
    """Bring the node of a finding back to what it accepted, with all its open findings; raise NotMendableError."""
    if finding.settlement:
        raise NotMendableError(_("This is settled already."))
    if not findings.is_mendable(finding):
        raise NotMendableError(_("This was written by hand: only whoever wrote it can take it away."))
    if finding.kind == DriftKind.INCLUDE and not _includes(finding):
        facts = {"line": include_line(finding.subject), "file": inclusion_of(_folder(finding), finding.subject).top}
        raise NotMendableError(_("This cannot be written from here. Add to %(file)s: %(line)s") % facts)
    _mend(findings.open_findings(finding.node), actor)


def adopt(*, finding: DriftFinding, actor: str = "") -> None:
    """Take what was found as it is; raise NotAdoptableError.

    A set that was found becomes live and is held; a foreign object counts as known from now on.
    """
    if not findings.is_adoptable(finding):
        raise NotAdoptableError(_("There is nothing to adopt: no whole set of files was found, or it is not kept."))
    if finding.generation is None:
        findings.settle([finding], Settlement.ADOPTED, actor)
        return
    with transaction.atomic():
        services.adopt_generation(node=finding.node, generation=finding.generation, actor=actor)
        # Several findings, one for each altered file, are about the one set that was found.
        same = [row for row in findings.open_findings(finding.node) if row.generation_id == finding.generation_id]
        findings.settle({row.pk: row for row in [finding, *same]}.values(), Settlement.ADOPTED, actor)


def recurs(finding: DriftFinding) -> bool:
    """Tell whether the same finding was mended within ten minutes before it came up again."""
    same = DriftFinding.objects.filter(node=finding.node, kind=finding.kind, subject=finding.subject)
    since = finding.created_at - RECURS_WITHIN
    return same.filter(settlement=Settlement.MENDED, settled_at__gte=since).exclude(pk=finding.pk).exists()


def _mend(found: list[DriftFinding], actor: str = "") -> None:
    """Ask for the whole accepted set to be written and reloaded, and settle the findings that this mends."""
    mendable = [finding for finding in found if _can_mend(finding)]
    if not mendable:
        return
    node = mendable[0].node
    with transaction.atomic():
        if node.state == SyncState.REFUSED:
            # What the database says was refused: the accepted set is chosen instead.
            Node.objects.filter(pk=node.pk, chosen=None).update(chosen=store.last_good(node).generation)
        services.request_sync(node=node, actor=actor, action="drift")
        findings.settle(mendable, Settlement.MENDED, actor)


def _can_mend(finding: DriftFinding) -> bool:
    if finding.kind == DriftKind.INCLUDE:
        return _includes(finding)
    return findings.is_mendable(finding)


def _includes(finding: DriftFinding) -> bool:
    """Add the line that includes the file where it is missing; return whether it is there."""
    folder = _folder(finding)
    inclusion = inclusion_of(folder, finding.subject)
    return add_include(folder, finding.subject) if inclusion.is_missing else not inclusion.error


def _folder(finding: DriftFinding) -> Path:
    return Path(finding.node.config_path)
