"""The database goes away under running services: they say so meanwhile, and an alarm tells of it afterwards."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from deploy.trial.ports import free_tcp_port, is_free
from deploy.trial.process import Child, start_child
from tests.asterisk_sync.processes import ROOT
from tests.faults.engines import Engines, engines

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("database away")]
# Django's cache puts its version in front.
KEPT = ":1:core:database_away"
ALARMS = """
SELECT opened_at, last_seen_at, count, closed_at, details FROM core_alarm WHERE kind = 'database_away'
ORDER BY opened_at
"""


@pytest.fixture(scope="module")
def migrated() -> Iterator[Engines]:
    with engines() as both:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=_environment(both), check=True)
        yield both


@pytest.fixture
def site(migrated: Engines) -> Engines:
    """Engines that are up, of which nobody has noticed anything."""
    if migrated.postgres.child is None:
        migrated.postgres.start()
    with psycopg.connect(migrated.postgres.url()) as connection:
        connection.execute("TRUNCATE core_alarm CASCADE")
    with migrated.redis() as redis:
        redis.flushall()
    return migrated


def _environment(site: Engines) -> dict[str, str]:
    return os.environ | site.environment() | {"PYTHONPATH": str(ROOT)}


@contextmanager
def _service(site: Engines, name: str, *command: str) -> Iterator[Child]:
    log = site.folder / f"{name}.log"
    child = start_child([sys.executable, *command], name=name, log=log, env=_environment(site), cwd=ROOT)
    try:
        yield child
    finally:
        child.stop()


@contextmanager
def _authorizer(site: Engines, name: str = "authorizer") -> Iterator[Child]:
    port = free_tcp_port()
    with _service(site, name, "manage.py", "call_authorizer", "--listen", f"127.0.0.1:{port}") as child:
        if site.postgres.child is not None and site.postgres.child.alive:
            child.wait_until(lambda: not is_free("127.0.0.1", port), 60)
        yield child


def _heard(child: Child, word: str, times: int = 1) -> None:
    child.wait_until(lambda: child.log.read_text().count(word) >= times, 60)


def _alarms(site: Engines) -> list[Any]:
    with psycopg.connect(site.postgres.url()) as connection:
        return connection.execute(ALARMS).fetchall()


def test_an_authorizer_says_it_in_its_log_and_opens_the_alarm_with_the_real_times(site: Engines) -> None:
    with _authorizer(site) as authorizer, site.redis() as redis:
        stopped = datetime.now(UTC)
        site.postgres.stop()
        _heard(authorizer, "database_away")
        assert redis.exists(KEPT)
        before = datetime.now(UTC)
        site.postgres.start()
        authorizer.wait_until(lambda: bool(_alarms(site)), 60)
        ((opened, seen, count, closed, details),) = _alarms(site)
        assert stopped <= opened <= before <= seen
        assert (count, closed, details["noticed_by"]) == (1, None, "call_authorizer")
        assert details["seconds"] == round((seen - opened).total_seconds())
        authorizer.wait_until(lambda: not redis.exists(KEPT), 60)
        site.postgres.stop()
        _heard(authorizer, "database_away", 2)
        site.postgres.start()
        authorizer.wait_until(lambda: _alarms(site)[0][2] == 2, 60)
        assert len(_alarms(site)) == 1


def test_a_service_that_was_started_while_it_was_away_tells_the_beginning_that_another_noticed(site: Engines) -> None:
    site.postgres.stop()
    _ends_and_says_why(site, "first")
    noticed_at_most = datetime.now(UTC)
    _ends_and_says_why(site, "second")
    site.postgres.start()
    with _authorizer(site, "third") as third:
        third.wait_until(lambda: bool(_alarms(site)), 60)
    ((opened, _seen, count, _closed, _details),) = _alarms(site)
    assert opened <= noticed_at_most
    assert count == 1


def _ends_and_says_why(site: Engines, name: str) -> None:
    """Let systemd's part be ours: a service that cannot read its rules ends, and is started again."""
    with _authorizer(site, name) as authorizer:
        assert authorizer.popen.wait(60) != 0
        assert "database_away" in authorizer.log.read_text()


def test_a_worker_tells_it_where_no_authorizer_runs(site: Engines) -> None:
    beat = ["-B", "--scheduler", "celery.beat:PersistentScheduler", "-s", str(site.folder / "schedule")]
    command = ["-m", "celery", "-A", "voipadmin", "worker", "--concurrency", "1", "--loglevel", "info", *beat]
    with _service(site, "worker", *command) as worker:
        _heard(worker, "ready.")
        site.postgres.stop()
        _heard(worker, "database_away")
        site.postgres.start()
        worker.wait_until(lambda: bool(_alarms(site)), 120)
    assert _alarms(site)[0][4]["noticed_by"] == "worker"


def test_health_names_the_database_and_since_when_it_is_away(site: Engines) -> None:
    port = free_tcp_port()
    with _service(site, "panel", "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}") as panel:
        panel.wait_until(lambda: _health(port)[0] == 200, 60)
        site.postgres.stop()
        began = datetime.now(UTC)
        status, body = _health(port)
        assert (status, body["status"], body["missing"]) == (503, "unavailable", ["database", "migrations"])
        since = datetime.fromisoformat(body["database_away_since"])
        assert began <= since <= datetime.now(UTC)
        assert _health(port)[1]["database_away_since"] == body["database_away_since"]


def _health(port: int) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}
