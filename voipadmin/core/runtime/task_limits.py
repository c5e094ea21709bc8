"""How long a task of Celery may take: softly, so that it can put its things in order, and then whatever it does.

Each is `**` given to `shared_task`. The longest hard limit stays below the broker's visibility timeout (settings), or
the broker would give a message that is still being worked on to a second worker, until none is left for the nodes.
"""

from typing import TypedDict


class TimeLimits(TypedDict):
    """Seconds, by Celery's own names."""

    soft_time_limit: int
    time_limit: int


MINUTE = 60
# A question of the database and some messages.
SHORT = TimeLimits(soft_time_limit=1 * MINUTE, time_limit=2 * MINUTE)
# A node's files, tried, loaded and read back; 10,000 extensions take a minute.
NODE = TimeLimits(soft_time_limit=15 * MINUTE, time_limit=20 * MINUTE)
# All accounts, numbers or months of calls, or a price list.
LONG = TimeLimits(soft_time_limit=50 * MINUTE, time_limit=60 * MINUTE)
# Months of calls rated again; what a stopped job has not written stays to be written.
LONGEST = TimeLimits(soft_time_limit=110 * MINUTE, time_limit=120 * MINUTE)
