"""Findings in the database: opened where something differs, settled when it no longer does."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from asterisk_sync.drift.difference import DriftDifference
from asterisk_sync.drift.survey import Survey
from asterisk_sync.generations import store
from asterisk_sync.generations.folder import digest_of_set
from asterisk_sync.models import DriftFinding, DriftKind, Generation, GenerationStatus, Node, Settlement
from asterisk_sync.rendering.files import FILE_NAMES

# Between extension and context in the subject of a line of the dialplan.
LINE_MARK = "@"
# Findings of these kinds are about the files, and have the set that was found with them.
OF_FILES = frozenset({DriftKind.FILE, DriftKind.LINK})


@transaction.atomic
def record_survey(node: Node, survey: Survey) -> list[DriftFinding]:
    """Bring the open findings of a node up to a survey; return the new ones.

    1. Settle findings of the kinds that the survey looked at and that it no longer has.
    2. Keep the files as they were found, where they differ.
    3. Refresh the findings that are still there, and open the new ones.
    """
    found = {(item.kind, item.subject): item for item in unknown(node, survey.differences)}
    rows = {(DriftKind(row.kind), row.subject): row for row in open_findings(node)}
    gone = [row for key, row in rows.items() if key not in found and key[0] in survey.looked_at]
    settle(gone, Settlement.GONE)
    generation = _keep(node, survey) if OF_FILES & {kind for kind, _subject in found} else None
    for key in found.keys() & rows.keys():
        _refresh(rows[key], found[key], generation)
    return [_open(node, found[key], generation) for key in found if key not in rows]


def open_findings(node: Node) -> list[DriftFinding]:
    """Return the findings of a node that nobody has settled, newest first."""
    return list(DriftFinding.objects.filter(node=node, settlement="").select_related("node", "generation"))


def settle(findings: Iterable[DriftFinding], settlement: Settlement, actor: str = "") -> None:
    """Close findings."""
    for finding in findings:
        finding.settlement, finding.settled_at, finding.settled_by = settlement, timezone.now(), actor
        finding.save(update_fields=["settlement", "settled_at", "settled_by", "updated_at"])


def unknown(node: Node, differences: Iterable[DriftDifference]) -> list[DriftDifference]:
    """Return the differences without foreign objects that somebody adopted."""
    adopted = DriftFinding.objects.filter(node=node, kind=DriftKind.FOREIGN, settlement=Settlement.ADOPTED)
    known = set(adopted.values_list("subject", flat=True))
    return [item for item in differences if item.kind != DriftKind.FOREIGN or item.subject not in known]


def is_mendable(finding: DriftFinding) -> bool:
    """Tell whether the panel can mend it: a reload drops foreign lines of the dialplan, but not foreign objects."""
    return not finding.settlement and (finding.kind != DriftKind.FOREIGN or LINE_MARK in finding.subject)


def is_adoptable(finding: DriftFinding) -> bool:
    """Tell whether what was found can be taken as it is: a whole set that is kept, or an object written by hand."""
    if finding.kind == DriftKind.FOREIGN:
        return not finding.settlement
    kept = finding.generation
    if kept is None or finding.settlement not in {"", Settlement.MENDED}:
        return False
    return kept.text_kept and kept.status == GenerationStatus.DRIFTED and set(kept.files) == set(FILE_NAMES)


def _open(node: Node, difference: DriftDifference, generation: Generation | None) -> DriftFinding:
    finding: DriftFinding = DriftFinding.objects.create(
        node=node,
        kind=difference.kind,
        subject=difference.subject,
        detail=difference.detail,
        generation=generation if difference.kind in OF_FILES else None,
    )
    return finding


def _refresh(row: DriftFinding, difference: DriftDifference, generation: Generation | None) -> None:
    kept = generation if difference.kind in OF_FILES else None
    if (row.detail, row.generation) != (difference.detail, kept):
        row.detail, row.generation = difference.detail, kept
        row.save(update_fields=["detail", "generation", "updated_at"])


def _keep(node: Node, survey: Survey) -> Generation | None:
    """Keep the set as it was found, once, so that nothing is lost that somebody wrote by hand."""
    if survey.accepted is None or not survey.found:
        return None
    same = Generation.objects.filter(node=node, status=GenerationStatus.DRIFTED, text_kept=True)
    known: Generation | None = same.filter(content_hash=digest_of_set(survey.found)).first()
    if known is not None:
        return known
    return store.record(node, survey.accepted.number, survey.found, status=GenerationStatus.DRIFTED)
