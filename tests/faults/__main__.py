"""`python -m tests.faults`: break everything that can break, with calls up, and print what it cost."""

import argparse
import random
import sys
from pathlib import Path

from tests.faults.disk import enter_private_mounts
from tests.faults.engines import run_on_engines

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
    return run_on_engines("tests.faults.program", options)


if __name__ == "__main__":
    sys.exit(main())
