"""An operator changes many numbers at once: chosen in the list, asked about, done by a job, followed in the drawer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from numbering.models import DID, DIDStatus
from tests.factories import DIDFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_all_numbers_of_a_filter_are_blocked_and_the_job_is_followed(log_in: Callable[[str], Page]) -> None:
    # I18
    for _number in range(28):
        DIDFactory.create()
    DIDFactory.create(status=DIDStatus.BLOCKED)
    page = log_in(Role.OPERATOR)
    page.get_by_role("link", name="DIDs", exact=True).click()
    action = page.get_by_label("What to do with the chosen rows")
    expect(action).to_be_hidden()
    page.get_by_label("All on this page").last.check()
    expect(page.get_by_text("25 chosen")).to_be_visible()
    page.get_by_label("All that the filter finds").check()
    action.select_option("Block")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Block: 29 objects")).to_be_visible()
    expect(page.get_by_text("1 of them will be refused")).to_be_visible()
    page.get_by_label("How many").fill("29")
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_text("It begins as soon as a worker is free.")).to_be_visible()
    page.get_by_role("button", name="Jobs").click()
    drawer = page.locator("#job-drawer")
    expect(drawer.get_by_text("Change of many objects")).to_be_visible()
    page.keyboard.press("Escape")
    run_job(Job.objects.get())
    expect(page.get_by_text("28 objects done. 1 refused.").first).to_be_visible()
    expect(page.get_by_role("table").get_by_text("It is so already.")).to_be_visible()
    assert DID.objects.filter(status=DIDStatus.BLOCKED).count() == 29
