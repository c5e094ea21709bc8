"""The short form of `python -m tests.overspend`: a stop, and the authorizers and PostgreSQL killed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.trial.asterisk_tree import AsteriskTree
from tests.faults.keeper import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.asterisk, pytest.mark.xdist_group("faults")]

FAULTS = ["account stopped", "authorizers killed", "PostgreSQL killed"]
LONGEST_SECONDS = 900


def test_callers_with_funds_for_ten_overspend_nothing_whatever_is_killed(
    asterisk_tree: AsteriskTree, tmp_path: Path
) -> None:
    only = [part for name in FAULTS for part in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.overspend", "--calls", "60", "--rate", "20", "--results", tmp_path, *only],
        cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    output = f"{done.stdout[-6000:]}{done.stderr[-6000:]}"
    assert done.returncode == 0, output
    rounds = json.loads((tmp_path / "overspend.json").read_text())["rounds"]
    assert {each["fault"]: each["overspent"] for each in rounds} == dict.fromkeys(FAULTS, "0.00")
