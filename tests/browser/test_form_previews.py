"""What forms say while somebody types, with htmx and the content security policy as they are."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_tariffs_form_tells_what_is_matched_with_every_change(as_admin: Page, live_server: LiveServer) -> None:
    as_admin.goto(live_server.url + reverse("billing:tariff_create"))
    shown = as_admin.locator("#form-preview")
    expect(shown).to_have_text("")
    as_admin.locator("#id_pattern").fill("190")
    expect(shown).to_contain_text("+1900")
    as_admin.locator("#id_is_for").select_option("code")
    expect(shown).to_contain_text("emergency")
    as_admin.locator("#id_pattern").fill("777")
    expect(shown).to_contain_text("Nothing: the numbering plan has no such number.")


def test_a_routes_form_warns_once_its_gateway_is_chosen(as_admin: Page, live_server: LiveServer) -> None:
    GatewayFactory.create(name="GW_Zero", prepend="0")
    as_admin.goto(live_server.url + reverse("routing:route_create"))
    shown = as_admin.locator("#form-preview")
    as_admin.locator("#id_pattern").fill("_0ZZXXXXXXXXX")
    as_admin.locator("#id_rows-0-gateway").click()
    as_admin.get_by_role("listbox").get_by_role("option", name="GW_Zero").click()
    expect(shown).to_contain_text("By GW_Zero")
    as_admin.locator("#id_strip_digits").fill("1")
    expect(shown).to_contain_text("Every number reaches the gateways")


def test_a_gateways_form_warns_of_what_its_routes_would_send(as_admin: Page, live_server: LiveServer) -> None:
    gateway = GatewayFactory.create(name="GW_Short")
    RouteFactory.create(name="Police", pattern="190", gateways=[gateway])
    as_admin.goto(live_server.url + reverse("routing:gateway_edit", args=[gateway.pk]))
    shown = as_admin.locator("#form-preview")
    as_admin.locator("#id_strip_digits").fill("1")
    expect(shown).to_contain_text("Police:")
    expect(shown).to_contain_text("which is no number")
    as_admin.locator("#id_strip_digits").fill("0")
    expect(shown).to_have_text("")
