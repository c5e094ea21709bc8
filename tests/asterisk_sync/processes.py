"""Other processes of the product, on the database and the broker of this test run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from deploy.trial.process import Child, start_child

ROOT = Path(__file__).resolve().parents[2]


def environment(account: str = "") -> dict[str, str]:
    """Return this environment with the test database in it."""
    database = connection.settings_dict
    user, password = (account, account) if account else (database["USER"], database["PASSWORD"])
    account = f"{quote(str(user))}:{quote(str(password))}"
    place = f"{quote(str(database['HOST']), safe='')}:{database['PORT']}"
    return os.environ | {
        "DATABASE_URL": f"postgres://{account}@{place}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "voipadmin.settings",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def celery_worker(
    folder: Path,
    *,
    beat: bool = False,
    concurrency: int = 2,
    queues: str = "",
    name: str = "worker",
    account: str = "",
) -> Iterator[Child]:
    """Run a real worker, of the general queue or of `queues`; with `beat` it also sweeps every five seconds.

    `account` is the user, and the password, with which it reaches the database.
    """
    schedule = ["-B", "--scheduler", "celery.beat:PersistentScheduler", "-s", str(folder / "schedule")] if beat else []
    child = start_child(
        [
            *(sys.executable, "-m", "celery", "-A", "voipadmin", "worker", "--loglevel", "info"),
            *("--concurrency", str(concurrency), "-n", f"{name}@%h", *schedule),
            *(["-Q", queues] if queues else []),
        ],
        name=f"celery {name}",
        log=folder / f"{name}.log",
        env=environment(account),
        cwd=ROOT,
    )
    try:
        child.wait_until(lambda: "ready." in child.log.read_text(), 60)
        yield child
    finally:
        child.stop()


def run_script(script: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in a process of its own, with Django set up."""
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{script}"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
