"""The calls up now under a person's hands: what is ticked and focused stays while prices run, and a call ends."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asterisk_sync.live.calls import CallState, CallUp
from asterisk_sync.live.calls_store import NodeCalls, publish_calls
from asterisk_sync.live.hangups import HangupServer
from asterisk_sync.live.state import LiveChannel
from asterisk_sync.models import Node
from tests.browser.conftest import AXE
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def told(node: Node, price: str, *numbers: int) -> None:
    """Tell of calls that cost so much so far, as the node's worker would."""
    customer, gateway = CustomerFactory._meta.model.objects.get(), GatewayFactory._meta.model.objects.get()
    now = timezone.now()
    calls = tuple(
        CallUp(
            f"lab-1700000000.{number}", f"PJSIP/x-{number}", "l", now - timedelta(seconds=60), CallState.UP, "outbound",
            f"100{number}", "5511987654321", customer_id=str(customer.pk), customer=customer.code, codec="alaw",
            gateway_id=str(gateway.pk), gateway=gateway.name, answered_at=now - timedelta(seconds=50),
            price=Decimal(price), currency="BRL", margin=Decimal("-0.5"), held=Decimal(4),
        )
        for number in numbers
    )  # fmt: skip
    publish_calls(NodeCalls(node.pk, node.name, now, calls))


class Manager:
    """A manager connection that ends whatever it is asked to."""

    def request(self, _action: str, **_fields: str) -> None:
        return None


def serious(page: Page) -> list[Any]:
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [item["id"] for item in found if item["impact"] in {"serious", "critical"}]


def test_ticks_and_focus_stay_while_prices_run_and_a_call_is_ended(as_admin: Page, live_server: LiveServer) -> None:
    cache.clear()
    node, page = NodeFactory.create(), as_admin
    CustomerFactory.create(code="ACME")
    GatewayFactory.create(name="GW_Vivo_Sao_Paulo_interconexao_principal_2", channel_limit=2)
    told(node, "1.2500", 1, 2)
    page.goto(f"{live_server.url}/live/calls/")
    row = page.get_by_role("row", name="1001")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="End 1002").focus()
    told(node, "2.5000", 1, 2)
    expect(row.get_by_text("2.50")).to_be_visible()
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("button", name="End 1002")).to_be_focused()
    expect(page.get_by_role("button", name="End ticked calls (1)")).to_be_enabled()
    assert serious(page) == []
    told(node, "3.0000", 1, 2)
    page.get_by_role("button", name="End ticked calls (1)").click()
    expect(page.get_by_text("1 call is ended.")).to_be_visible()
    page.get_by_role("button", name="End 1 call").click()
    expect(page.get_by_text("Being ended")).to_be_visible()
    channel = LiveChannel("PJSIP/x-1", "l", "Up", "", "", "", "", "", "", 1, uniqueid="lab-1700000000.1")
    HangupServer(node.pk, Manager()).serve((channel,), 0.3)  # type: ignore[arg-type]
    expect(page.get_by_text("Ended", exact=True)).to_be_visible()
    told(node, "3.0000", 2)
    page.get_by_role("link", name="Back to the calls").click()
    expect(page.locator("tr[id^=call-]")).to_have_count(1)


def test_the_dashboard_keeps_the_focus_and_shows_names_whole(as_admin: Page, live_server: LiveServer) -> None:
    # I8, I12
    cache.clear()
    page = as_admin
    gateway = GatewayFactory.create(name="GW_Vivo_Sao_Paulo_interconexao_principal_2")
    page.goto(live_server.url)
    link = page.get_by_role("link", name=gateway.name)
    link.focus()
    GatewayFactory.create(name="GW_Another")
    expect(page.get_by_role("link", name="GW_Another")).to_be_visible()
    expect(link).to_be_focused()
    assert link.evaluate("element => element.scrollWidth <= element.clientWidth")
