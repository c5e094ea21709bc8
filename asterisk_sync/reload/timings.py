"""Measures the steps of a run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class StepTimings:
    """Step -> milliseconds, and kind -> how many were read back from the running Asterisk."""

    milliseconds: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the time of a block to a step."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.milliseconds[name] = self.milliseconds.get(name, 0) + round((time.monotonic() - started) * 1000)
