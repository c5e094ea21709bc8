"""Results can be taken up again: what is there stays, what is missing comes in between, in the order of the list."""

from pathlib import Path

from tests.faults.battery import Outcome
from tests.faults.faults import FAULTS
from tests.faults.report import in_order, kept_rows, rows_of, write_results

FACTS: dict[str, object] = {"seed": 1, "versions": {"Asterisk": "22"}}
STEPS = [(fault.name, step) for fault in FAULTS for step in fault.steps]


def test_rows_that_were_written_are_read_back(tmp_path: Path) -> None:
    assert kept_rows(tmp_path) == []
    rows = rows_of([Outcome(fault, step, 1, seconds=2.5) for fault, step in STEPS])
    write_results(tmp_path, rows, [], FACTS)
    assert kept_rows(tmp_path) == rows


def test_what_was_missing_comes_to_its_place() -> None:
    rows = rows_of([Outcome(fault, step, 1) for fault, step in STEPS])
    assert in_order([*rows[::2], *rows[1::2]]) == rows
