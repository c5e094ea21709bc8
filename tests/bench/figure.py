"""What a measurement yields, and the machine that it was made on."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One number with its unit and its yardstick, measured in the same run. `ratio` is value / yardstick."""

    name: str
    value: float
    unit: str
    yardstick: float
    yardstick_name: str
    wanted: str
    details: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How the value compares with the yardstick."""
        return self.value / self.yardstick if self.yardstick else 0.0

    def line(self) -> str:
        """Return the JSON line."""
        facts = {**asdict(self), "ratio": round(self.ratio, 3), "machine": machine()}
        return json.dumps(facts | {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False)


def machine() -> dict[str, str | int]:
    """Describe the machine without naming it."""
    return {
        "processor": _first_value("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count() or 0,
        "memory_mib": int(_first_value("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def _first_value(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "0"
