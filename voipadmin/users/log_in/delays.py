"""How long a log-in has to wait after failures: arithmetic only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

NO_WAIT = timedelta(0)


@dataclass(frozen=True)
class Failures:
    """How often a log-in failed and when it last did; `latest` is None where it never did."""

    count: int = 0
    latest: datetime | None = None


@dataclass(frozen=True)
class Delays:
    """Delays that grow: none below `free` failures, then `first`, doubled after each `step` more, up to `longest`."""

    free: int
    first: timedelta
    step: int
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """Return how long the next log-in has to wait after so many failures."""
        if failures < self.free:
            return NO_WAIT
        # After 40 doublings even a second is above any limit; the power of a million would not end.
        doublings = min((failures - self.free) // self.step, 40)
        seconds = min(self.first.total_seconds() * 2**doublings, self.longest.total_seconds())
        return timedelta(seconds=seconds)

    def remaining(self, failures: Failures, now: datetime) -> timedelta:
        """Return how much of the delay is left at `now`."""
        delay = self.after(failures.count)
        # The clock of a failure may be a moment ahead of that of the request which it is compared with.
        if failures.latest is None or not delay:
            return NO_WAIT
        return min(max(failures.latest + delay - now, NO_WAIT), delay)
