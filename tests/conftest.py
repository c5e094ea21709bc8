"""Fixtures of every test; those of the telephone laboratory are in tests/lab/fixtures.py."""

import os
import shutil
from typing import Any

import pytest
from django.db import connection

from tests.plugin import unavailable

pytest_plugins = ["tests.lab.fixtures"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium: Playwright's own builds come from outside the package registries."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        unavailable("no Chromium: install the package chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": ["--disable-dev-shm-usage", *sandbox]}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the tests that really commit empty the changelog afterwards; to the product, no way to do so is open."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auditlog_logentry DISABLE TRIGGER changelog_is_not_emptied")
