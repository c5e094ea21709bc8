"""Celery beat that goes on when somebody sets the clock back."""

import time
from datetime import datetime
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry


class SteadyEntry(ModelEntry):
    """A task that ran in the future, by the clock of now, counts as run now: it would wait for that moment."""

    last_run_at: datetime

    def __init__(self, model: Any, app: Any = None) -> None:
        super().__init__(model, app=app)
        self.last_run_at = min(self.last_run_at, self._default_now())


class SteadyScheduler(DatabaseScheduler):
    """The schedule of the database, laid out anew when the clock jumps back: its order is one of moments."""

    Entry = SteadyEntry
    _schedule: dict[str, SteadyEntry] | None
    _heap: list[Any] | None
    _latest = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run what is due and return the seconds until the next time."""
        now = time.time()
        if now < self._latest and self._schedule:
            self._schedule = {name: self.Entry(entry.model, app=self.app) for name, entry in self._schedule.items()}
            self._heap = None
        self._latest = now
        seconds: float = super().tick(*args, **kwargs)
        return seconds
