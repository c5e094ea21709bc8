"""A browser that is logged in to the running panel and complains of nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.users import UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

# Playwright waits five seconds by itself; a machine four times slower needs four times as long.
EXPECTED_WITHIN_MS = 20_000
expect.set_options(timeout=EXPECTED_WITHIN_MS)

AXE = (Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js").read_text()
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Keep the browser to itself: it looks for nothing outside."""
    return {**browser_type_launch_args, "args": [*browser_type_launch_args.get("args", []), *QUIET]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Read the pages in the language of the source, on a desktop."""
    return {**browser_context_args, "locale": "en-US", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained of: a script that failed, or a thing that the CSP forbade."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A preview that is asked for again gives up the question before; htmx says that as an error.
        is_given_up = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type == "error" and not is_given_up:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.fixture
def panel(page: Page, live_server: LiveServer, complaints: list[str]) -> Page:
    """The panel at its log-in page."""
    page.set_default_timeout(15_000)
    page.goto(live_server.url)
    return page


def open_session(page: Page, address: str, user: User) -> None:
    """Give the browser a session of the user, as the log-in does, whose page has tests of its own."""
    client = Client()
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])


@pytest.fixture
def log_in(page: Page, live_server: LiveServer, complaints: list[str]) -> Callable[[str], Page]:
    """Open the panel as a new user of a role, at the user's settings, a page that costs little."""

    def enter(role: str) -> Page:
        page.set_default_timeout(15_000)
        open_session(page, live_server.url, UserFactory.create(role=role, username=f"the-{role}"))
        page.goto(live_server.url + reverse("users:settings"))
        return page

    return enter


@pytest.fixture
def as_admin(log_in: Callable[[str], Page]) -> Page:
    """The panel, for its administrator."""
    return log_in(Role.ADMIN)
