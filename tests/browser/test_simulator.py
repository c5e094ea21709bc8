"""The route simulator as a person uses it: with a mouse, on a telephone, in the dark, and beside the live node."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asterisk_sync.pipeline.run import synchronise
from asterisk_sync.simulator import checking
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import empty_the_node, make_node
from tests.asterisk_sync.processes import celery_worker
from tests.browser.test_accessibility import violations_of
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, TrunkAddressFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def an_operator() -> None:
    """Save a customer, gateways, routes that overlap and a price."""
    customer = CustomerFactory.create(code="ACME")
    TrunkAddressFactory.create(customer=customer)
    first = GatewayFactory.create(name="GW_First", tech_prefix="1234#", qualify=False)
    second = GatewayFactory.create(name="GW_Second", qualify=False)
    RouteFactory.create(name="Mobile", pattern="_0ZZ9XXXXXXXX", gateways=[first, second], priority=10)
    RouteFactory.create(name="All the rest", pattern="_0.", gateways=[second], priority=20, selection="weight")
    RouteFactory.create(name="Abroad", pattern="_00.", gateways=[first])
    TariffFactory.create(pattern="5511", price_per_minute="0.06", cost_per_minute="0.03")


def ask(page: Page, live_server: LiveServer, number: str) -> None:
    """Fill in the form and send it."""
    page.goto(live_server.url + reverse("asterisk_sync:simulator"))
    page.locator("#id_customer").click()
    page.get_by_role("listbox").get_by_role("option").first.click()
    page.locator("#id_number").fill(number)
    page.get_by_role("button", name="Simulate").click()


def test_a_person_sees_where_a_call_goes_and_that_the_node_agrees(
    as_admin: Page,
    live_server: LiveServer,
    asterisk: AsteriskInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = make_node(asterisk)
    an_operator()
    try:
        assert synchronise(node.pk) is not None
        # How long a busy machine takes is not the question here.
        with celery_worker(tmp_path, concurrency=1), monkeypatch.context() as patient:
            patient.setattr(checking, "ANSWER_SECONDS", 60.0)
            ask(as_admin, live_server, "(011) 98765-4321")
            answer = as_admin.locator("#simulator-answer")
            expect(answer).to_contain_text("Goes out by a gateway: GW_First")
            expect(answer).to_contain_text("1234#011987654321")
            expect(answer.get_by_role("list").get_by_role("listitem")).to_have_count(3)
            expect(answer).to_contain_text("Agrees with the node", timeout=60_000)
            as_admin.reload()
            expect(answer).to_contain_text("Goes out by a gateway: GW_First")
            ask(as_admin, live_server, "190")
            expect(answer).to_contain_text("This is an emergency number, and the call would not get out.")
        ask(as_admin, live_server, "011987654321")
        expect(answer).to_contain_text("The node did not answer", timeout=15_000)
    finally:
        empty_the_node(asterisk)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_has_no_serious_fault_and_fits(
    as_admin: Page, live_server: LiveServer, asterisk: AsteriskInstance, scheme: Any, width: int
) -> None:
    make_node(asterisk)
    an_operator()
    as_admin.set_viewport_size({"width": width, "height": 900})
    as_admin.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for number in ("011987654321", "0012125551234", "190", ""):
        ask(as_admin, live_server, number)
        as_admin.wait_for_timeout(600)
        as_admin.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        assert violations_of(as_admin) == []
        assert as_admin.evaluate("document.documentElement.scrollWidth") <= width
