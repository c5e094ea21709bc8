"""The list of calls in the browser: a number is found as it is typed, pages are turned, a folded filter holds."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.cdrs.search import paging
from tests.browser.test_lists import serious
from tests.factories.billing import CdrFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_an_operator_finds_a_call_and_turns_the_pages(
    log_in: Callable[[str], Page], live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(40):
        moment = timezone.now() - timedelta(minutes=place + 1)
        number, cause = (f"551198765{place:04}", 16 + place % 2)
        CdrFactory.create(called_number=number, dst=number, started_at=moment, ended_at=moment, cause=cause)
    long_ago = timezone.now() - timedelta(days=100)
    CdrFactory.create(started_at=long_ago, ended_at=long_ago, cause=102)
    monkeypatch.setattr(paging, "SECONDS", -1)
    page = log_in(Role.OPERATOR)
    page.goto(f"{live_server.url}/calls/")
    rows, foot = page.locator("table.data-table tbody tr"), page.locator(".list-foot")
    expect(page.get_by_role("link", name="Schedule", exact=True)).to_be_visible()  # the sums have come
    expect(foot).to_be_in_viewport()
    foot.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(16)
    foot.get_by_role("link", name="Previous page").click()
    expect(rows).to_have_count(25)
    page.get_by_text("More filters").click()
    assert serious(page) == []
    page.get_by_label("Cause", exact=True).fill("17")
    page.get_by_label("Cause", exact=True).press("Tab")
    expect(page).to_have_url(re.compile("cause=17"))
    expect(rows).to_have_count(20)
    page.get_by_label("Cause", exact=True).fill("102")
    page.get_by_label("Cause", exact=True).press("Tab")
    expect(rows).to_have_count(1)  # the search went on by itself
    expect(page.get_by_role("link", name="Schedule", exact=True)).to_be_visible()
    page.get_by_label("Cause", exact=True).fill("")
    page.locator("#id_q").fill("(11) 98765-0007")
    rows.locator('a[href="/numbers/5511987650007/"]').click()
    expect(page).to_have_url(re.compile("/numbers/5511987650007/"))
