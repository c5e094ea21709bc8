"""Fixtures of every test; those of the telephone laboratory are in tests/lab/fixtures.py."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from deploy.trial.chromium import MISSING, chromium_program
from tests.database import create_database, restored_after_tests
from tests.plugin import WORKER, unavailable
from voipadmin.core.polling import parts

pytest_plugins = ["tests.lab.fixtures"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium: Playwright's own builds come from outside the package registries."""
    program = chromium_program()
    if program is None:
        unavailable(MISSING)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": ["--disable-dev-shm-usage", *sandbox]}


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Let Argon2 be Argon2, but not slow on purpose: there are hundreds of log-ins, and nothing to protect."""
    with patch.multiple(Argon2PasswordHasher, time_cost=1, memory_cost=64, parallelism=1):
        yield


@pytest.fixture(autouse=True)
def _nothing_drawn() -> None:
    """Forget the parts of pages that an earlier test had drawn: they are kept for two seconds."""
    parts.forget_drawings()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the database, which is gone with its server, and restore its tables after each test that really commits."""
    with django_db_blocker.unblock():
        create_database(Path(os.environ["VOIPADMIN_TEST_FOLDER"]), WORKER)
    with restored_after_tests():
        yield
