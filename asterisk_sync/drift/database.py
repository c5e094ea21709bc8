"""Looks for changes that were never announced: what `update()` or a script wrote past the signals."""

from pathlib import Path

from django.utils.translation import gettext as _

from asterisk_sync.drift.difference import DriftDifference
from asterisk_sync.generations.comparison import file_difference
from asterisk_sync.generations.folder import NodeFolder
from asterisk_sync.generations.store import AcceptedSet
from asterisk_sync.generations.validation import RefusedError
from asterisk_sync.models import ApplyMode, DriftKind, Node, SyncState
from asterisk_sync.pipeline.candidate import prepare
from asterisk_sync.reload.timings import StepTimings
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.guard import GuardError
from asterisk_sync.throwaway.instance import TooLateError

LONGEST_DETAIL = 20_000


def is_compared_with_database(node: Node) -> bool:
    """Tell whether the node should run what the database says: changes are applied at once, none is held or waits."""
    return node.mode == ApplyMode.DIRECT and node.chosen_id is None and node.state == SyncState.APPLIED


def find_database_differences(node: Node, accepted: AcceptedSet) -> list[DriftDifference]:
    """Return a difference for each file that does not say what the database says."""
    disk = NodeFolder(Path(node.config_path)).state()
    try:
        candidate = prepare(node, accepted, disk, forced=False, timings=StepTimings())
    except (RefusedError, RenderError, GuardError) as error:
        return [DriftDifference(DriftKind.DATABASE, "", str(error))]
    except TooLateError:
        # The machine is busy; the next audit comes in a minute.
        return []
    files = candidate.pending.files if candidate.pending else candidate.files
    return [
        _difference(name, accepted.files.get(name, ""), text)
        for name, text in sorted(files.items())
        if text != accepted.files.get(name)
    ]


def _difference(name: str, before: str, after: str) -> DriftDifference:
    diff = file_difference(name, before, after).text()
    cut = diff if len(diff) <= LONGEST_DETAIL else diff[:LONGEST_DETAIL].rpartition("\n")[0] + "\n…\n"
    summary = _("%(file)s no longer says what the database says") % {"file": name}
    return DriftDifference(DriftKind.DATABASE, name, cut, summary)
