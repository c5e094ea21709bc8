"""A new user's first call: from the log-in to a ringing telephone, and its record on the page."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import empty_the_node
from tests.asterisk_sync.processes import celery_worker
from tests.factories.users import PASSWORD, UserFactory
from tests.lab.network import LabNetwork
from tests.lab.records import CdrReader
from tests.lab.sipp import ANSWERS, Address, Call, CalledParty, Credentials, place_call, register
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def log_in_by_hand(page: Page) -> None:
    """Log in on the page, as a new administrator."""
    page.get_by_label("Username").fill(UserFactory.create(role=Role.ADMIN).username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def add_node(page: Page, live_server: LiveServer, asterisk: AsteriskInstance) -> None:
    """Tell the panel of the Asterisk that it is to run."""
    page.goto(live_server.url + reverse("asterisk_sync:node_create"))
    answers = {
        "name": "lab",
        "ami_port": str(asterisk.ami_port),
        "ami_secret": asterisk.config.ami_secret,
        "config_path": str(asterisk.config_dir),
        "spool_path": str(asterisk.spool_dir / "outgoing"),
        "cdr_path": str(asterisk.cdr_file),
    }
    for name, value in answers.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("lab")


def add_extension(page: Page, number: str) -> Credentials:
    """Add an extension to the customer whose page is open; return what its page tells to set on the telephone."""
    page.get_by_role("link", name="Related").click()
    page.get_by_role("region", name="Extensions").get_by_role("link", name="Add").click()
    page.locator("#id_number").fill(number)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    username, secret = (page.locator(name).inner_text() for name in ("#sip-username", "#sip-secret"))
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_label("State", exact=True)).to_contain_text("Applied", timeout=60_000)
    return Credentials(username, secret)


def test_from_the_log_in_to_a_ringing_telephone(
    panel: Page,
    live_server: LiveServer,
    asterisk: AsteriskInstance,
    lab_network: LabNetwork,
    cdrs: CdrReader,
    tmp_path: Path,
) -> None:
    page = panel
    log_in_by_hand(page)
    with celery_worker(tmp_path):
        add_node(page, live_server, asterisk)
        page.goto(live_server.url + reverse("customers:customer_create"))
        page.locator("#id_code").fill("CLINICA")
        page.locator("#id_name").fill("Clínica Vida Plena")
        page.locator("#id_type").select_option("extension")
        page.get_by_role("button", name="Save").click()
        customer_page = page.url
        caller = add_extension(page, "1001")
        page.goto(customer_page)
        called = add_extension(page, "1002")

    sip = Address(*asterisk.sip)
    telephone = CalledParty(Address(lab_network.host(40)).bound(), ANSWERS)
    assert register(called, phone=telephone.address, target=sip).trace.final_status("REGISTER") == 200
    cdrs.skip()
    with telephone:
        outcome = place_call(Call("1002", credentials=caller), source=Address(lab_network.host(41)), target=sip)
        assert 180 in outcome.trace.statuses("INVITE")
    assert outcome.answered

    cdrs.wait(1)
    call_command("import_cdr", str(asterisk.cdr_file), node="lab")
    page.goto(live_server.url + reverse("billing:cdr_list"))
    row = page.get_by_role("row").filter(has_text="1002").first
    expect(row).to_contain_text("CLINICA")
    expect(row).to_contain_text("Answered")
    empty_the_node(asterisk)
