"""Goes through the list, says how it goes, and writes the results."""

import argparse
import platform
import sys
import time
from importlib.metadata import version
from random import Random

from tests.faults.battery import Battery, NeverSettledError, Outcome, battery
from tests.faults.engines import Engines
from tests.faults.faults import FAULTS, Fault
from tests.faults.gate import NotReachedError
from tests.faults.report import Row, in_order, kept_rows, rows_of, table, write_results


def run(engines: Engines, options: argparse.Namespace) -> bool:
    """Run what the command line asks for; return whether all of it went well."""
    kept = kept_rows(options.results) if options.missing else []
    known = {(row.fault, row.step) for row in kept}
    plan = [(fault, step) for fault, step in _plan(options) if (fault.name, step) not in known]
    print(f"-- seed {options.seed}: {len(plan)} faults at steps, {options.runs} runs each", flush=True)
    outcomes: list[Outcome] = []
    broken = [
        f"{fault.name}: this machine cannot do it" for fault in {fault for fault, _ in plan} if not fault.possible()
    ]
    began = time.monotonic()
    with battery(engines, options.seed) as ready:
        for fault, step in plan:
            if fault.possible():
                broken += _repeat(ready, fault, step, min(options.runs, fault.most_runs), outcomes)
        facts: dict[str, object] = {"versions": _versions(ready), "seed": options.seed}
    rows = in_order([*kept, *rows_of(outcomes)])
    print(table(rows), flush=True)
    options.results.mkdir(parents=True, exist_ok=True)
    facts |= {"seconds": round(time.monotonic() - began), "broken": broken}
    write_results(options.results, rows, outcomes, facts)
    bad = [row for row in rows if not row.good]
    for line in (*broken, *(f"{row.fault} at {row.step}" for row in bad)):
        print(f"NOT GOOD: {line}", file=sys.stderr)
    return not bad and not broken


def _plan(options: argparse.Namespace) -> list[tuple[Fault, str]]:
    names = [fault.name for fault in FAULTS]
    if unknown := set(options.only) - set(names):
        sys.exit(f"no fault {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    random = Random(options.seed)  # noqa: S311 - chooses steps
    plan = []
    for fault in FAULTS:
        if options.only and fault.name not in options.only:
            continue
        steps = [step for step in fault.steps if not options.step or step in options.step]
        plan += [(fault, step) for step in ([random.choice(steps)] if options.pick and steps else steps)]
    return plan


def _repeat(ready: Battery, fault: Fault, step: str, runs: int, outcomes: list[Outcome]) -> list[str]:
    broken = []
    for number in range(1, runs + 1):
        try:
            outcome = ready.run(fault, step, number)
        except (NotReachedError, NeverSettledError, OSError, RuntimeError) as error:
            said = str(error).partition("\n")[0]
            broken.append(f"{fault.name} at {step}: {type(error).__name__}: {said}")
            print(f"-- {broken[-1]}", flush=True)
            ready.start_over()
            continue
        outcomes.append(outcome)
        _say(outcome)
        if outcome.lost:
            ready.start_over()
    return broken


def _say(outcome: Outcome) -> None:
    row: Row = rows_of([outcome])[0]
    words = ["--", "good" if row.good else "BAD ", f"{outcome.fault} at {outcome.step}: {outcome.seconds:.1f} s"]
    if outcome.form_seconds is not None:
        words.append(f"form {outcome.form_seconds:.2f} s")
    words += [f"{name} came back {count}x" for name, count in outcome.restarts.items() if count]
    words += [*outcome.lost[:4], *outcome.mixed[:4]]
    words += [f"{outcome.dropped} calls dropped"] if outcome.dropped else []
    print(", ".join(words).replace("--,", "--").replace("good,", "good").replace("BAD ,", "BAD "), flush=True)


def _versions(ready: Battery) -> dict[str, str]:
    site = ready.site
    with site.engines.redis() as redis:
        server = redis.info("server")
    return {
        "Asterisk": site.asterisk.cli("core show version").split()[1],
        "PostgreSQL": ready.postgres_version(),
        "Valkey": str(server.get("valkey_version", server.get("redis_version"))),
        "Celery": version("celery"),
        "Django": version("django"),
        "Python": platform.python_version(),
    }
