"""`manage.py sync_asterisk`: what a worker does, from the shell."""

import getpass
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from asterisk_sync import drift
from asterisk_sync.changes import services
from asterisk_sync.changes.queries import local_nodes, waiting_generation
from asterisk_sync.generations import store
from asterisk_sync.generations.diff import diff_of_sets
from asterisk_sync.generations.folder import NodeFolder
from asterisk_sync.generations.validation import RefusedError
from asterisk_sync.models import Generation, Node, RunOutcome
from asterisk_sync.pipeline import run as pipeline
from asterisk_sync.pipeline.candidate import Candidate, prepare
from asterisk_sync.reload.timings import StepTimings
from asterisk_sync.rendering.errors import RenderError
from asterisk_sync.rendering.guard import GuardError
from asterisk_sync.throwaway.instance import TooLateError
from voipadmin.core.errors import DomainError

DIFFERENT, REFUSED, UNREACHABLE, FAILED, WAITING = 2, 3, 4, 5, 6
EXIT_CODES = {
    RunOutcome.APPLIED: 0,
    RunOutcome.UNCHANGED: 0,
    RunOutcome.REFUSED: REFUSED,
    RunOutcome.ROLLED_BACK: REFUSED,
    RunOutcome.UNREACHABLE: UNREACHABLE,
    RunOutcome.FAILED: FAILED,
    RunOutcome.RUNNING: FAILED,
    RunOutcome.STAGED: WAITING,
    RunOutcome.CONFIRM: WAITING,
    RunOutcome.HELD: 0,
}
Report = dict[str, Any]


class Command(BaseCommand):
    """Bring nodes to what the database says, or show what that would change."""

    help = (
        "Write, reload and read back the configuration of the nodes. Exit codes: 0 done or nothing to do, "
        "1 wrong usage, 2 something differs (--check), 3 refused or rolled back, 4 Asterisk unreachable, "
        "5 another worker is busy or the disk failed, 6 changes wait for somebody to apply or confirm them. "
        "With several nodes the highest counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--node", action="append", metavar="NAME", help="only this node; may be given again")
        parser.add_argument("--dry-run", action="store_true", help="write and reload nothing")
        parser.add_argument("--diff", action="store_true", help="print the difference, secrets masked")
        parser.add_argument("--check", action="store_true", help="change nothing; exit 2 where a node differs")
        request = parser.add_mutually_exclusive_group()
        request.add_argument("--rollback", type=int, metavar="N", help="put back the set of generation N, and hold it")
        request.add_argument("--release", action="store_true", help="end the hold; the database counts again")
        request.add_argument("--apply", action="store_true", help="apply what is staged, or confirm what it removes")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run over the nodes."""
        reports = [self._one(node, options) for node in _nodes(options["node"])]
        if options["json"]:
            self.stdout.write(json.dumps({"nodes": reports}, indent=2, default=str))
        code = max((int(report["exit_code"]) for report in reports), default=0)
        if code:
            sys.exit(code)

    def _one(self, node: Node, options: dict[str, Any]) -> Report:
        looks = options["check"] or options["dry_run"]
        report = _look(node, check=options["check"]) if looks else _run(node, options)
        if not options["diff"]:
            report.pop("diff", None)
        if not options["json"]:
            self._print(report)
        return report

    def _print(self, report: Report) -> None:
        self.stdout.write(f"{report['node']}: {report['outcome']}")
        for line in report["lines"]:
            self.stdout.write(f"  {line}")
        if report.get("diff"):
            self.stdout.write(report["diff"])


def _nodes(names: list[str] | None) -> list[Node]:
    if not names:
        return list(local_nodes())
    found = {node.name: node for node in Node.objects.filter(enabled=True, name__in=names)}
    if missing := [name for name in names if name not in found]:
        raise CommandError(f"there is no enabled node named {', '.join(missing)}")
    return [found[name] for name in names]


def _look(node: Node, *, check: bool) -> Report:
    """Prepare the next set without writing it; with `check` also look for drift."""
    accepted, disk = store.last_good(node), NodeFolder(Path(node.config_path)).state()
    try:
        candidate = prepare(node, accepted, disk, forced=False, timings=StepTimings())
    except (RefusedError, RenderError, GuardError) as error:
        return _report(node, "would be refused", [str(error)], REFUSED)
    except TooLateError as error:
        return _report(node, "could not be tried", [str(error)], FAILED)
    files = candidate.pending.files if candidate.pending else candidate.files
    changed = sorted(name for name in files if files[name] != accepted.files.get(name))
    lines = [f"{name} changes" for name in changed] + _counts(candidate)
    if candidate.pending:
        lines.append(candidate.pending.reason)
    drifted = drift.find_drift(node) if check else []
    differs = bool(changed or candidate.changed or drifted)
    code = DIFFERENT if check and differs else 0
    outcome = "differs" if differs else "is up to date"
    return _report(node, outcome, lines + drifted, code) | {
        "diff": diff_of_sets(accepted.files, files),
        "changed": sorted({*changed, *candidate.changed}),
    }


def _counts(candidate: Candidate) -> list[str]:
    return [", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in candidate.counts.items())]


def _run(node: Node, options: dict[str, Any]) -> Report:
    """Ask for what the options say, and do the run in this process."""
    try:
        _ask(node, options, getpass.getuser())
    except DomainError as error:
        raise CommandError(f"{node.name}: {error}") from error
    # A node that waits for its next try would not be due otherwise.
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    run = pipeline.synchronise(node.pk, trigger="command")
    if run is None:
        return _report(node, "another worker is at it", [], FAILED)
    outcome = RunOutcome(run.outcome)
    lines = [line for line in (run.reason, _timings(run.timings)) if line]
    return _report(node, str(outcome.label), lines, EXIT_CODES[outcome]) | {
        "diff": run.diff,
        "generation": run.wanted_generation,
    }


def _ask(node: Node, options: dict[str, Any], actor: str) -> None:
    if options["rollback"] is not None:
        services.restore_generation(node=node, generation=_generation(node, options["rollback"]), actor=actor)
    elif options["release"]:
        services.release_hold(node=node, actor=actor)
    elif options["apply"]:
        services.apply_waiting(node=node, generation=_waiting(node), actor=actor)
    else:
        services.request_sync(node=node, actor=actor)


def _waiting(node: Node) -> Generation:
    found = waiting_generation(node)
    if found is None:
        raise CommandError(f"nothing waits on {node.name}")
    return found


def _generation(node: Node, number: int) -> Generation:
    found: Generation | None = Generation.objects.filter(node=node, number=number, accepted_at__isnull=False).first()
    if found is None:
        raise CommandError(f"{node.name} never accepted a generation {number}")
    return found


def _timings(timings: dict[str, int]) -> str:
    return ", ".join(f"{name} {milliseconds} ms" for name, milliseconds in timings.items())


def _report(node: Node, outcome: str, lines: list[str], exit_code: int) -> Report:
    return {"node": node.name, "outcome": outcome, "lines": lines, "exit_code": exit_code}
