"""The table of the battery: a line for each fault and step, and the same as JSON and Markdown."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from tests.bench.figure import machine
from tests.faults.battery import Outcome
from tests.faults.faults import FAULTS, Fault

LONGEST_SECONDS = 60.0
LONGEST_FORM_SECONDS = 1.0
HEADINGS = ("fault", "step", "runs", "lost changes", "mixed generations", "dropped calls", "calls lost with Asterisk",
            "longest to converge, s", "longest form save, s")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What all runs of one fault at one step cost together."""

    fault: str
    step: str
    runs: int
    lost_changes: int
    mixed_generations: int
    dropped_calls: int
    calls_lost_with_asterisk: int
    longest_seconds: float
    longest_form_seconds: float | None

    @property
    def good(self) -> bool:
        """Whether nothing was lost, mixed or dropped, and all of it in time."""
        nothing = not (self.lost_changes or self.mixed_generations or self.dropped_calls)
        return (
            nothing
            and self.longest_seconds < LONGEST_SECONDS
            and (self.longest_form_seconds or 0) < LONGEST_FORM_SECONDS
        )

    def cells(self) -> list[str]:
        """Return the row as text."""
        form = "" if self.longest_form_seconds is None else f"{self.longest_form_seconds:.2f}"
        numbers = (
            self.runs,
            self.lost_changes,
            self.mixed_generations,
            self.dropped_calls,
            self.calls_lost_with_asterisk,
        )
        return [self.fault, self.step, *map(str, numbers), f"{self.longest_seconds:.1f}", form]


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for each fault and step, in the order in which they ran."""
    rows = []
    for (fault, step), group in groupby(outcomes, key=lambda item: (item.fault, item.step)):
        items = list(group)
        forms = [item.form_seconds for item in items if item.form_seconds is not None]
        rows.append(
            Row(
                fault=fault,
                step=step,
                runs=len(items),
                lost_changes=sum(len(item.lost) for item in items),
                mixed_generations=sum(len(item.mixed) for item in items),
                dropped_calls=sum(item.dropped for item in items),
                calls_lost_with_asterisk=sum(item.lost_with_asterisk for item in items),
                longest_seconds=max(item.seconds for item in items),
                longest_form_seconds=max(forms, default=None),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [HEADINGS, ["---"] * 2 + ["---:"] * (len(HEADINGS) - 2), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def kept_rows(folder: Path) -> list[Row]:
    """Return the rows of the results that are in a folder already."""
    file = folder / "faults.json"
    return [Row(**row) for row in json.loads(file.read_text())["rows"]] if file.exists() else []


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in the order of the list of faults and their steps."""
    places = {(fault.name, step): place for place, (fault, step) in enumerate(_all_steps())}
    return sorted(rows, key=lambda row: places.get((row.fault, row.step), len(places)))


def _all_steps() -> Iterator[tuple[Fault, str]]:
    for fault in FAULTS:
        yield from ((fault, step) for step in fault.steps)


def write_results(folder: Path, rows: Sequence[Row], outcomes: Sequence[Outcome], facts: dict[str, object]) -> None:
    """Write faults.json and faults.md."""
    faults = _titles(rows)
    about = {
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
        "faults": faults,
        "rows": [asdict(row) for row in rows],
        "troubles": [asdict(item) for item in outcomes if item.lost or item.mixed or item.dropped],
    }
    (folder / "faults.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    (folder / "faults.md").write_text(_page(rows, about, faults))


def _titles(rows: Sequence[Row]) -> dict[str, str]:
    ran = {row.fault for row in rows}
    known: list[Fault] = [fault for fault in FAULTS if fault.name in ran]
    return {fault.name: fault.title for fault in known}


def _page(rows: Sequence[Row], about: dict[str, object], faults: dict[str, str]) -> str:
    facts = machine()
    total = sum(row.runs for row in rows)
    return (
        "# What faults cost\n\n"
        f"`make faults`: {total} runs on real PostgreSQL, Valkey, Celery (worker and beat), gunicorn and Asterisk, "
        "with three calls up and people saving meanwhile. A worker is stopped at a step of the pipeline, the fault is "
        "injected, the worker goes on (or is dead), the fault ends; the time counts from there until rows, files and a "
        "running Asterisk agree, read past the product. Calls that die with a killed Asterisk are nobody's to keep: "
        "they have a column of their own.\n\n"
        f"Seed {about['seed']}. {facts['processor']}, {facts['cores']} cores, {facts['memory_mib']} MiB, Linux "
        f"{facts['kernel']}. {', '.join(f'{name} {version}' for name, version in dict(about['versions']).items())}.\n\n"  # type: ignore[call-overload]  # a mapping, as __main__ made it
        f"{table(rows)}\n" + "".join(f"- **{name}**: {title}.\n" for name, title in faults.items())
    )
