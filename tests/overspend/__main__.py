"""`python -m tests.overspend`: many callers with funds for ten, a fault in the middle, and what that cost."""

import argparse
import sys
from pathlib import Path

from tests.faults.engines import run_on_engines

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.overspend", description=__doc__)
    parser.add_argument("--calls", type=int, default=500, help="callers in each round (500)")
    parser.add_argument("--rate", type=int, default=25, help="new calls a second (25)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this fault; may be repeated")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of overspend.json and overspend.md")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; 0 where nothing was overspent."""
    return run_on_engines("tests.overspend.program", arguments())


if __name__ == "__main__":
    sys.exit(main())
