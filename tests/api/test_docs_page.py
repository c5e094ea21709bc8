"""The page to try the API, in a browser, under the panel's own content security policy."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, UserFactory
from voipadmin.users.roles import Role


@pytest.mark.django_db(transaction=True)
def test_an_operation_is_tried_from_the_page(page: Page, live_server: Any) -> None:
    # The page loads a large script, and a slow machine needs its time for that.
    expect.set_options(timeout=30_000)
    UserFactory.create(username="ana", role=Role.OPERATOR)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/api/v1/docs")
    page.fill("input[name=login]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    operation = page.locator("#operations-customers-list_customers")
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert [text for text in complaints if "Content Security Policy" in text] == []
    assert page.url.startswith(f"{live_server.url}/api/v1/docs")
