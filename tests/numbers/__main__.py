"""`python -m tests.numbers`: judged, priced and sent over a million strings; the table in docs/results/numbers.md."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import django

from deploy.trial.engines import fresh_secrets

RESULT = Path(__file__).resolve().parents[2] / "docs" / "results" / "numbers.md"
HEAD = """# Judged, priced and sent over strings that people dial

`python -m tests.numbers --strings {strings} --seed {seed}`: operators are drawn with plans of Brazil and other
countries, home areas, routes, gateways, tariffs and decks, then strings by every rule of the plan, and garbage.
`tests/numbers/battery.py` says what is compared. A string can be sent several times, by route after route; what
`other_number_sent` warns of is not read back.

"""


# Strings of one job, which draws them by itself.
PART = 20_000


def _part(strings: int, seed: str) -> Any:
    from tests.numbers.battery import run  # noqa: PLC0415

    return run(strings, seed)


def main() -> int:
    """Run it, print the figures, write them; 1 where something disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULT)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    os.environ.update(
        {"DJANGO_SETTINGS_MODULE": "voipadmin.settings", "VOIPADMIN_ENV_FILE": os.devnull, **fresh_secrets()}
    )
    django.setup()
    from tests.numbers.battery import Figures  # noqa: PLC0415 - settings come first

    figures, began = Figures(), time.monotonic()
    parts = [min(PART, options.strings - start) for start in range(0, options.strings, PART)]
    with ProcessPoolExecutor(options.jobs, initializer=django.setup) as pool:
        for done in pool.map(_part, parts, [f"{options.seed}-{number}" for number in range(len(parts))]):
            figures.add(done)
            print(f"\r{figures.counts['strings']:,}", end="", file=sys.stderr, flush=True)
    figures.seconds = time.monotonic() - began
    print(f"\n{figures.table()}", *figures.faults[:20], sep="\n")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in figures.kinds.most_common())
    head = HEAD.format(strings=options.strings, seed=options.seed)
    options.output.write_text(f"{head}{figures.table()}\n\nKinds: {kinds}.\n")
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
