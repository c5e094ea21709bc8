"""`python -m tests.faults`: break everything that can break, with calls up, and print what it cost."""

import argparse
import os
import random
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from deploy.trial.engines import leave
from tests.faults.disk import enter_private_mounts
from tests.faults.engines import Engines, engines

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each fault at each step (3)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this fault; may be repeated")
    parser.add_argument("--step", action="append", default=[], metavar="STEP", help="only this step; may be repeated")
    parser.add_argument("--pick", action="store_true", help="one step of each fault, by the seed")
    parser.add_argument("--missing", action="store_true", help="only what the results in the folder have not")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="printed, to repeat a run")  # noqa: S311 - no secret
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of faults.json and faults.md")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; 0 where all of it went well."""
    options = arguments()
    enter_private_mounts()
    signal.signal(signal.SIGTERM, leave)
    with engines() as both:
        os.environ.update(both.environment())
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        # What stands on models can be imported only now.
        run: Callable[[Engines, argparse.Namespace], bool] = import_module("tests.faults.program").run
        return 0 if run(both, options) else 1


if __name__ == "__main__":
    sys.exit(main())
