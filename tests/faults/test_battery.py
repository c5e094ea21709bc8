"""The short battery: one fault of each kind at a step that the seed picks; `make faults` has all of them."""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.trial.asterisk_tree import AsteriskTree
from tests.faults.clock import Clock
from tests.faults.keeper import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.asterisk, pytest.mark.xdist_group("faults")]

FAULTS = [
    "worker-killed",
    "pool-killed",
    "redis-killed",
    "postgres-killed",
    "ami-cut-in-reload",
    pytest.param("disk-full", marks=pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")),
    "file-edited",
    pytest.param("clock-back", marks=pytest.mark.skipif(not Clock.possible(), reason="there is no C compiler")),
]
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class ShortBattery:
    """What one run of the program left."""

    output: str
    rows: dict[str, Any]


@pytest.fixture(scope="module")
def short_battery(asterisk_tree: AsteriskTree, tmp_path_factory: pytest.TempPathFactory) -> ShortBattery:
    """Run the program once, with engines of its own: those of the test run are not to be killed."""
    folder = tmp_path_factory.mktemp("faults")
    seed = str(random.randrange(1_000_000))  # noqa: S311 - chooses what breaks, guards nothing
    names = [str(getattr(item, "values", [item])[0]) for item in FAULTS]
    only = [part for name in names for part in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--runs", "1", "--pick", "--seed", seed, "--results", folder, *only],
        cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    output = f"seed {seed}\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
    print(output)
    results = folder / "faults.json"
    rows = json.loads(results.read_text())["rows"] if results.exists() else []
    return ShortBattery(output, {row["fault"]: row for row in rows})


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_mixed_or_dropped(short_battery: ShortBattery, name: str) -> None:
    row = short_battery.rows.get(name)
    assert row is not None, short_battery.output
    cost = {key: row[key] for key in ("lost_changes", "mixed_generations", "dropped_calls")}
    assert cost == dict.fromkeys(cost, 0), short_battery.output
    assert row["longest_seconds"] < 60, short_battery.output


def test_a_form_is_saved_within_a_second_while_redis_is_away(short_battery: ShortBattery) -> None:
    assert short_battery.rows["redis-killed"]["longest_form_seconds"] < 1, short_battery.output
