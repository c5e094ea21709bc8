"""`python -m tests.bench [NAME ...]`: measure all figures, or those named; print them and keep them in docs/results."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from deploy.trial.engines import leave, throw_away_engines
from tests.bench.figure import Figure

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
# Each module has `measure()`, which yields figures; it finds engines in the environment and Django unset.
MEASUREMENTS = {
    "calls_per_second": "tests.bench.generated_dialplan",
    "save_to_live": "tests.bench.save_to_live",
    "save_to_live_large": "tests.bench.save_to_live_large",
    "save_to_live_at_the_limit": "tests.bench.save_to_live_at_the_limit",
    "calls_while_reloading": "tests.bench.calls_while_reloading",
    "installation": "tests.bench.installation",
    "dialplan_reload": "tests.bench.dialplan_reload",
    "pjsip_reload": "tests.bench.pjsip_reload",
    "pipeline_growth": "tests.bench.pipeline_growth",
    "burst_of_saves": "tests.bench.burst",
    "rated_calls": "tests.bench.rating",
    "rerated_calls": "tests.bench.rerating",
    "imported_cdr_lines": "tests.bench.call_records",
    "deck_preview": "tests.bench.deck_preview",
    "live_viewers": "tests.bench.live_viewers",
    "pages": "tests.bench.pages",
    "exported_calls": "tests.bench.exported_calls",
    "authorizations": "tests.bench.authorizations",
}


def load(name: str) -> Callable[[], Iterable[Figure]]:
    """Return the measurement of that name."""
    measure: Callable[[], Iterable[Figure]] = import_module(MEASUREMENTS[name]).measure
    return measure


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure, each figure beside its yardstick.")
    parser.add_argument("names", nargs="*", default=list(MEASUREMENTS), metavar="NAME")
    names: list[str] = parser.parse_args().names
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    if len(names) > 1:
        # A process, a database and a broker for each: none finds what another left, nor a cache that it warmed.
        sys.exit(
            max(subprocess.run([sys.executable, "-m", "tests.bench", name], check=False).returncode for name in names)
        )
    signal.signal(signal.SIGTERM, leave)
    RESULTS.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="voipadmin.settings", HTTPS="false", ALLOWED_SPECIAL_NETWORKS="127.0.0.0/8"
    )
    with throw_away_engines() as environment:
        os.environ.update(environment)
        for name in names:
            for figure in load(name)():
                line = figure.line()
                print(line, flush=True)
                (RESULTS / f"{figure.name}.json").write_text(line + "\n")
    sys.exit(0)


if __name__ == "__main__":
    main()
