"""The reports in the browser: a picture is drawn under the strict policy, and a part leads deeper."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.models import Direction
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_margin_is_followed_from_the_customer_to_its_calls(
    as_admin: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    customer = CustomerFactory.create(code="ACME", name="Acme Ltda.")
    call = CdrFactory.create(
        customer=customer, gateway=GatewayFactory.create(), tariff=TariffFactory.create(name="São Paulo"),
        direction=Direction.OUTBOUND, destination_channel="PJSIP/x-1", price="0.50", cost="0.20", margin="0.30",
        currency="BRL", cost_currency="BRL", started_at=timezone.now() - timedelta(minutes=2),
    )  # fmt: skip
    mark_quarters([call.ended_at])
    count_changed_hours()
    as_admin.goto(live_server.url + reverse("reports:margin"))
    expect(as_admin.locator("[data-chart] canvas").first).to_be_visible()
    as_admin.locator("table.data-table").get_by_role("link", name="ACME · Acme Ltda.").click()
    expect(as_admin.locator(".chip")).to_contain_text("ACME")
    row = as_admin.locator("table.data-table tbody tr", has_text="São Paulo")
    expect(row).to_contain_text("0.30")
    as_admin.locator(".chip").click()
    expect(as_admin.locator(".chip")).to_have_count(0)
    as_admin.get_by_label("By", exact=True).select_option("customer")
    as_admin.get_by_role("button", name="Show", exact=True).click()
    as_admin.locator("table.data-table tbody tr", has_text="ACME").get_by_role("link", name="1", exact=True).click()
    expect(as_admin.locator("table.data-table")).to_contain_text("ACME")
