"""What a person decides about a node, in a real browser, with a real worker and the real Asterisk."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asterisk_sync.changes.queries import restorable_generations
from asterisk_sync.models import DriftPolicy, Node, SyncState
from asterisk_sync.tasks import audit_drift
from customers.models import Customer, CustomerType, Extension
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import empty_the_node, make_node
from tests.asterisk_sync.processes import celery_worker
from tests.browser.conftest import EXPECTED_WITHIN_MS
from tests.factories.customers import CustomerFactory, ExtensionFactory
from voipadmin.core.tables.links import page_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECONDS = 60


def wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def in_state(node: Node, state: SyncState) -> bool:
    now: Node = Node.objects.get(pk=node.pk)
    return now.state == state and not now.is_pending


class WatchedNode:
    """A node with extensions, a worker beside it, and somebody at the browser."""

    def __init__(self, page: Page, address: str, asterisk: AsteriskInstance) -> None:
        self.page, self.address, self.asterisk = page, address, asterisk
        self.node = make_node(asterisk)
        self.customer: Customer = CustomerFactory.create(code="CLINICA", type=CustomerType.EXTENSION)
        self.extensions: list[Extension] = [
            ExtensionFactory.create(customer=self.customer, number=str(1001 + place), caller_id_name="Ramal")
            for place in range(8)
        ]
        self.settle()

    def settle(self, state: SyncState = SyncState.APPLIED) -> None:
        """Wait until the worker has done what was asked."""
        wait_until(lambda: in_state(self.node, state), f"the node is not {state}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def rename(self, extension: Extension, name: str) -> None:
        """Change an extension in its form."""
        self.open(reverse("customers:extension_edit", args=[extension.pk]))
        self.page.locator("#id_caller_id_name").fill(name)
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("status")).to_contain_text("is saved")

    def live_name(self, extension: Extension) -> str:
        """Return the caller id of an extension as Asterisk has it."""
        shown = self.asterisk.cli(f"pjsip show endpoint {extension.sip_username}")
        lines = [line for line in shown.splitlines() if line.strip().startswith("callerid  ")]
        return lines[0].partition(":")[2].strip() if lines else ""


@pytest.fixture
def watched(
    as_admin: Page, live_server: LiveServer, asterisk: AsteriskInstance, tmp_path: Path, transactional_db: None
) -> Iterator[WatchedNode]:
    as_admin.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        with celery_worker(tmp_path, concurrency=1):
            yield WatchedNode(as_admin, live_server.url, asterisk)
    finally:
        expect.set_options(timeout=EXPECTED_WITHIN_MS)
        empty_the_node(asterisk)


def card(page: Page, title: str) -> Any:
    return page.locator("section.panel").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_a_change_is_told_put_back_held_and_released(watched: WatchedNode) -> None:
    page, extension = watched.page, watched.extensions[0]
    watched.rename(extension, "Portaria")
    watched.settle()
    newest, earlier = restorable_generations(watched.node)[:2]
    watched.open(page_of(newest))
    who = card(page, "Who changed what").get_by_role("listitem").filter(has_text="1001 · CLINICA")
    expect(who).to_contain_text("the-admin")
    expect(who.get_by_role("link")).to_have_attribute("href", f"{page_of(extension)}?tab=changelog")
    expect(page.locator(".diff .add").filter(has_text="callerid=Portaria")).to_be_visible()
    expect(page.locator(".diff .del").filter(has_text="callerid=Ramal <1001>")).to_be_visible()
    expect(card(page, "Steps")).to_contain_text("Reload")
    expect(card(page, "Read back from Asterisk")).to_contain_text("Endpoints")

    watched.open(page_of(earlier))
    page.get_by_role("link", name="Put back").click()
    expect(page.get_by_role("main")).to_contain_text("1 change made since then stays saved")
    page.get_by_role("button", name="Put back and hold").click()
    watched.settle(SyncState.HELD)
    assert watched.live_name(extension) == '"Ramal" <1001>'

    watched.open(reverse("customers:customer_list"))
    banner = page.get_by_role("region", name="Held generation")
    expect(banner).to_contain_text(f"generation {earlier.number}")
    expect(banner).to_contain_text("by the-admin")
    expect(banner).to_contain_text("ahead by 1 change.")
    banner.get_by_role("link", name="Release").click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    expect(banner).to_have_count(0)
    watched.settle()
    assert watched.live_name(extension) == '"Portaria" <1001>'


def test_staged_changes_gather_under_a_red_bar_and_are_applied_as_they_were_seen(
    watched: WatchedNode, complaints: list[str]
) -> None:
    page, extension = watched.page, watched.extensions[0]
    watched.open(reverse("asterisk_sync:node_edit", args=[watched.node.pk]))
    page.locator("#id_mode").select_option("staged")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    watched.settle()
    watched.rename(extension, "Financeiro")
    bar = page.get_by_role("region", name="Changes that wait")
    expect(bar).to_contain_text("1 change waits to be applied on lab")
    watched.settle(SyncState.STAGED)
    assert watched.live_name(extension) == '"Ramal" <1001>'
    bar.get_by_role("link", name="Look and apply").click()
    expect(card(page, "Who changed what")).to_contain_text("the-admin")
    expect(page.locator(".diff .add").filter(has_text="callerid=Financeiro")).to_be_visible()

    other = watched.extensions[1]
    other.caller_id_name = "Meanwhile"
    other.save()
    wait_until(lambda: in_state(watched.node, SyncState.STAGED), "the newer change is not staged")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Newer changes came while you looked")
    expect(page.locator(".diff .add").filter(has_text="callerid=Meanwhile")).to_be_visible()
    assert watched.live_name(extension) == '"Ramal" <1001>'
    # The browser itself notes an answer that says conflict.
    complaints[:] = [text for text in complaints if "409" not in text]
    page.get_by_role("button", name="Apply", exact=True).click()
    watched.settle()
    assert watched.live_name(extension) == '"Financeiro" <1001>'
    watched.open(reverse("customers:customer_list"))
    expect(bar).to_have_count(0)


def test_a_change_that_removes_a_lot_says_what_would_go_and_waits(watched: WatchedNode) -> None:
    page = watched.page
    gone, stays = watched.extensions[:5], watched.extensions[5]
    with transaction.atomic():
        for extension in gone:
            extension.delete()
    watched.settle(SyncState.CONFIRM)
    watched.open(reverse("customers:customer_list"))
    page.get_by_role("region", name="Changes that wait").get_by_role("link", name="See what would go").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("would remove a lot from lab")
    lost = card(page, "What it removes")
    expect(lost).to_contain_text("5 of 8 extensions")
    expect(lost).to_contain_text("CLINICA · Ramal <1003>")
    assert watched.live_name(gone[0]) == '"Ramal" <1001>'
    page.get_by_role("button", name="Apply all the same").click()
    watched.settle()
    assert watched.live_name(gone[0]) == ""
    assert watched.live_name(stays) == '"Ramal" <1006>'


def test_a_file_edited_by_hand_is_shown_and_adopted_or_mended(watched: WatchedNode) -> None:
    page, extension = watched.page, watched.extensions[0]
    Node.objects.filter(pk=watched.node.pk).update(on_drift=DriftPolicy.ASK)
    path = watched.asterisk.config_dir / "voipadmin" / "current" / "pjsip_extensions.conf"

    path.write_text(path.read_text().replace("callerid=Ramal <1001>", "callerid=By hand <1001>"))
    audit_drift()
    watched.open(page_of(watched.node))
    expect(page.get_by_text("1 alteration")).to_be_visible()
    page.reload()
    card(page, "Altered past the panel").get_by_role("link", name="pjsip_extensions.conf").click()
    expect(page.locator(".diff .add").filter(has_text="callerid=By hand")).to_be_visible()
    page.get_by_role("link", name="Adopt").click()
    page.get_by_role("dialog").get_by_role("button", name="Adopt").click()
    watched.settle(SyncState.HELD)
    assert watched.live_name(extension) == '"By hand" <1001>'
    page.reload()
    page.get_by_role("region", name="Held generation").get_by_role("link", name="Release").click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    watched.settle()
    assert watched.live_name(extension) == '"Ramal" <1001>'

    path.write_text(path.read_text().replace("callerid=Ramal <1002>", "callerid=Again <1002>"))
    audit_drift()
    watched.open(reverse("asterisk_sync:driftfinding_list"))
    row = page.get_by_role("row").filter(has_text="Open")
    expect(reloaded(page, row)).to_have_count(1)
    row.get_by_role("link", name="pjsip_extensions.conf").click()
    page.get_by_role("link", name="Mend").click()
    page.get_by_role("dialog").get_by_role("button", name="Mend").click()
    expect(page.get_by_role("main")).to_contain_text("Mended")
    watched.settle()
    assert "Again" not in path.read_text()


def reloaded(page: Page, row: Any) -> Any:
    """Load the list anew until the worker's finding is in it."""
    deadline = time.monotonic() + SECONDS
    while not row.count() and time.monotonic() < deadline:
        time.sleep(0.3)
        page.reload()
    return row
