"""`make fuzz`: a million hostile values; the table on the screen and in docs/results/fuzz.json."""

import argparse
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

from deploy.trial.asterisk_tree import trial_settings
from tests.bench.figure import machine

CASES = 1_000_000
RESULT = Path(__file__).resolve().parents[2] / "docs" / "results" / "fuzz.json"


def main() -> int:
    """Run, print the table, write the result; 1 where something escaped."""
    options = _options()
    os.environ.update(
        DEBUG="true", VOIPADMIN_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="voipadmin.settings", **trial_settings()
    )
    django.setup()
    # Models can be imported only now.
    from django.utils import translation  # noqa: PLC0415

    from tests.fuzz.run import Run  # noqa: PLC0415
    from tests.fuzz.versions import asterisk_version  # noqa: PLC0415

    run = Run(options.seed, live_every=options.live_every)
    print(f"seed {run.seed}", flush=True)
    with translation.override("en"):
        run.until(options.cases, lambda text: print(f"\r{text}", end="", file=sys.stderr, flush=True))
    print(f"\n{run.tally.table()}", *run.tally.notes, sep="\n")
    result = {
        "name": "fuzz",
        "seed": run.seed,
        "cases": run.tally.cases(),
        "escapes": run.tally.total("escapes"),
        "sets": run.sets,
        "sets_loaded_by_asterisk": run.live_sets,
        "objects_compared_live": run.live_objects,
        "seconds": round(run.seconds),
        "fields": [
            dict(zip(("field", "cases", "refused", "rendered", "escapes"), row, strict=True))
            for row in run.tally.rows()
        ],
        "taken_by_forms_and_refused_by_the_guard": dict(run.tally.disagreements.most_common(20)),
        "notes": run.tally.notes[:50],
        "asterisk": asterisk_version(),
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if options.output:
        options.output.write_text(json.dumps(result, indent=1, ensure_ascii=True) + "\n")
    return 1 if run.tally.total("escapes") else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--live-every", type=int, default=1, help="load each n-th set into a real Asterisk; 0: none")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
