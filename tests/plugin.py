"""Real engines for the test run: loaded with `-p tests.plugin`, before Django reads its settings.

The first process picks ports and secrets, starts PostgreSQL and Valkey and stops them at the end; the processes of
pytest-xdist inherit the environment and get a Valkey database of their own.
"""

import atexit
import gc
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import hypothesis
import pytest

from deploy.trial.asterisk_tree import trial_settings
from deploy.trial.postgres import Postgres, PostgresPrograms, system_programs, wheel_programs
from deploy.trial.valkey import Valkey

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

pytest_plugins = ["tests.scheduling"]

# No test asserts a time: a slow machine is no failure.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("voipadmin", parent=PATIENT)
hypothesis.settings.load_profile("voipadmin")


def _programs() -> PostgresPrograms:
    version = os.environ.get("VOIPADMIN_TEST_POSTGRES")
    if not version:
        return wheel_programs()
    programs = system_programs(int(version))
    if programs is None:
        raise pytest.UsageError(f"VOIPADMIN_TEST_POSTGRES={version}: that PostgreSQL is not installed")
    return programs


class Engines:
    """The engines of one test run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="voipadmin-tests-"))
        # Also where the run ends before it began: a wrong option, a list of tests only.
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        (self.folder / "static").mkdir()
        self.postgres = Postgres(self.folder / "postgres", programs=_programs(), durable=False)
        self.valkey = Valkey(self.folder / "valkey")

    def export(self) -> None:
        """Tell the settings where the engines will be."""
        os.environ.update(
            DATABASE_URL=self.postgres.url(),
            REDIS_URL=self.valkey.url(),
            VOIPADMIN_TEST_REDIS=self.valkey.url(0).rpartition("/")[0],
            VOIPADMIN_TEST_FOLDER=str(self.folder),
            STATIC_ROOT=str(self.folder / "static"),
        )

    def start(self) -> None:
        """Start both."""
        self.postgres.start()
        self.valkey.start()

    def stop(self) -> None:
        """Stop both and forget their data."""
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _export_settings() -> None:
    os.environ.update(
        DEBUG="true",
        HTTPS="false",
        VOIPADMIN_ENV_FILE=os.devnull,
        SECRET_KEY=secrets.token_hex(32),
        FIELD_ENCRYPTION_KEY=secrets.token_hex(32),
        JWT_SECRET_KEY=secrets.token_hex(32),
        # The laboratory's carriers and customers live on the loopback.
        ALLOWED_SPECIAL_NETWORKS="127.0.0.0/8",
        # Playwright keeps an event loop in the thread in which the tests use the ORM.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
        **trial_settings(),
    )


def _end_in_order(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


ENGINES: Engines | None = None
if WORKER is None:
    _export_settings()
    ENGINES = Engines()
    ENGINES.export()
else:
    os.environ["REDIS_URL"] = f"{os.environ['VOIPADMIN_TEST_REDIS']}/{int(WORKER.removeprefix('gw')) + 1}"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the engines once, in the first process."""
    if ENGINES is not None and not session.config.option.collectonly:
        signal.signal(signal.SIGTERM, _end_in_order)
        ENGINES.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_unconfigure() -> Iterator[None]:
    """Stop the engines after everything that uses them."""
    try:
        return (yield)
    finally:
        if ENGINES is not None:
            ENGINES.stop()


def pytest_collection_finish() -> None:
    """Leave what was imported to itself: looking through it was a tenth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def unavailable(reason: str) -> None:
    """Skip the test with a named reason; in CI, where everything must be there, fail it."""
    if IN_CI:
        pytest.fail(f"CI must have it: {reason}", pytrace=False)
    pytest.skip(reason)
