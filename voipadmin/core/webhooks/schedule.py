"""When a message that was not taken is sent again; pure."""

import random
from collections.abc import Callable
from datetime import timedelta

# The steps that Standard Webhooks recommends: about two days in all.
STEPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
)
# So that messages that failed together do not come back together.
JITTER = 0.2


def pause_after(
    failures: int, *, asked_for: timedelta | None = None, chance: Callable[[], float] = random.random
) -> timedelta | None:
    """Return the pause after the n-th failure, spread by a fifth either way; None where nothing is tried any more.

    A receiver that asks for a longer pause (Retry-After) is given it, as far as a day.
    """
    if failures < 1:
        raise ValueError(failures)
    if failures > len(STEPS):
        return None
    pause = STEPS[failures - 1] * (1 - JITTER + 2 * JITTER * chance())
    return max(pause, min(asked_for, timedelta(days=1))) if asked_for else pause
