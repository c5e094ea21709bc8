"""The search bar from the key to what is done: a command fills the form in, a number opens its page."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import CustomerType
from numbering.models import DIDAllocation
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_command_leads_to_the_form_filled_in_and_the_form_does_it(as_admin: Page) -> None:
    page = as_admin
    DIDFactory.create(number="551140001000")
    customer = CustomerFactory.create(code="PADARIA", name="Padaria Estrela", type=CustomerType.EXTENSION)
    extension = ExtensionFactory.create(customer=customer, number="1001")
    page.keyboard.press("/")
    page.keyboard.type("alocar (11) 4000-1000 a padaria ramal 1001")
    expect(page.locator("#search-results")).to_contain_text("Allocate 551140001000 to PADARIA")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Allocate 551140001000 to PADARIA").click()
    expect(page.locator("[name=extension]")).to_have_value(str(extension.pk))
    assert not DIDAllocation.objects.exists()
    page.get_by_role("button", name="Allocate", exact=True).click()
    expect(page.locator("#content")).to_contain_text("Padaria Estrela")
    assert DIDAllocation.objects.get().extension == extension


def test_a_number_opens_its_page_with_route_and_price(as_admin: Page) -> None:
    page = as_admin
    NodeFactory.create()
    RouteFactory.create(pattern="_0119XXXXXXXX", gateways=[GatewayFactory.create(name="GW_Mobile")])
    TariffFactory.create(pattern="55119", price_per_minute="0.30", cost_per_minute="0.10")
    for code in ("ACME", "PADARIA"):
        TrunkAddressFactory.create(customer=CustomerFactory.create(code=code, caller_id_number="551140001000"))
    page.keyboard.press("/")
    page.keyboard.type("(11) 98765-4321")
    expect(page.locator("#search-results")).to_contain_text("+5511987654321")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("reports:number", args=["5511987654321"]))
    route = page.get_by_role("region", name="Route and price")
    expect(route).to_contain_text("GW_Mobile")
    page.get_by_label("As it would be called by").fill("PADARIA")
    page.keyboard.press("Enter")
    expect(page.get_by_label("As it would be called by")).to_have_value("PADARIA")
    expect(route).to_contain_text("A customer, or one of its extensions")
    expect(page.get_by_role("region", name="Money")).to_contain_text("0.3000")


def test_a_routes_form_shows_what_digits_take_and_what_else_does(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    RouteFactory.create(name="Everything", pattern="_X.", priority=3)
    TariffFactory.create(pattern="55", name="Brazil")
    page.goto(live_server.url + reverse("routing:route_create"))
    page.locator("#id_pattern").fill("5599")
    shown = page.locator("#form-preview")
    expect(shown).to_contain_text("_5599XXXXXXX.")
    expect(shown).to_contain_text("+5599")
    expect(shown).to_contain_text("Everything")
    expect(shown).to_contain_text("Brazil")
