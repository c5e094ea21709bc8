"""How long each step of a run takes, and what it looked at."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class StepTimings:
    """Milliseconds that each step took, and how much was read back."""

    milliseconds: dict[str, int] = field(default_factory=dict)
    # What was read back from the running Asterisk: kind -> how many were compared.
    checked: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a block."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.milliseconds[name] = self.milliseconds.get(name, 0) + round((time.monotonic() - started) * 1000)
