"""Every task of the product ends, and ends before the broker would give its message to a second worker."""

from typing import Any

import pytest
from django.conf import settings

from voipadmin.celery import app

app.loader.import_default_modules()
# In one order in every process: Celery registers tasks in the order of a set.
TASKS = {name: app.tasks[name] for name in sorted(app.tasks) if not name.startswith("celery.")}
VISIBILITY = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


def test_all_tasks_are_known() -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= TASKS.keys()
    assert {"asterisk_sync.tasks.sync_node", "billing.write_rerating", "billing.read_deck"} <= TASKS.keys()


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS.keys())
def test_a_task_has_limits_below_the_visibility_timeout(task: Any) -> None:
    assert task.soft_time_limit, "no soft limit: give shared_task one of voipadmin/core/runtime/task_limits.py"
    assert task.soft_time_limit < task.time_limit < VISIBILITY
