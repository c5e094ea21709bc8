"""What an operator does all day, in a real browser."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Customer, CustomerType
from numbering.models import DID
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_customer_and_its_extension_are_created_from_the_menu(as_admin: Page) -> None:
    page = as_admin
    page.get_by_role("link", name="Customers").click()
    page.get_by_role("main").get_by_role("link", name="New customer").first.click()
    page.get_by_role("textbox", name="Code", exact=True).fill("ACME")
    page.get_by_label("Name", exact=False).first.fill("Acme Ltda.")
    page.get_by_label("Type").select_option("extension")
    expect(page.get_by_text("Trunk addresses")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("ACME · Acme Ltda.")
    page.get_by_role("link", name="Related").click()
    page.get_by_role("region", name="Extensions").get_by_role("link", name="Add").click()
    page.get_by_label("Number", exact=False).first.fill("1001")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1001")
    assert Customer.objects.get().extensions.get().number == "1001"


def test_rows_are_added_to_a_trunk_and_saved(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.goto(live_server.url + reverse("customers:customer_create"))
    page.get_by_role("textbox", name="Code", exact=True).fill("TRUNKCO")
    page.locator("#id_name").fill("Trunk Co")
    page.locator("#id_rows-0-network").fill("198.18.9.1")
    page.get_by_role("button", name="Add a row").click()
    page.locator("#id_rows-1-network").fill("198.18.9.2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("TRUNKCO")
    assert list(Customer.objects.get().trunk_addresses.values_list("network", flat=True)) == [
        "198.18.9.1",
        "198.18.9.2",
    ]


def test_a_refused_value_is_explained_beside_its_field(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.goto(live_server.url + reverse("customers:customer_create"))
    page.get_by_role("textbox", name="Code", exact=True).fill("AC;ME")
    page.get_by_role("button", name="Save").click()
    code = page.get_by_role("textbox", name="Code", exact=True)
    expect(code).to_have_attribute("aria-invalid", "true")
    error = page.locator("#" + (code.get_attribute("aria-describedby") or "").split()[-1])
    expect(error).to_contain_text("semicolon")
    assert not Customer.objects.exists()


def test_a_filter_changes_the_list_and_the_address_and_back_undoes_it(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    for name in ("Alpha", "Beta"):
        CustomerFactory.create(name=name)
    page.goto(live_server.url + reverse("customers:customer_list"))
    page.get_by_label("Search", exact=True).fill("alph")
    expect(page.get_by_role("table")).not_to_contain_text("Beta")
    expect(page).to_have_url(re.compile(r"\?q=alph$"))
    page.get_by_role("link", name="Name").click()
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.get_by_role("table")).not_to_contain_text("Beta")
    go_back(page)
    expect(page).to_have_url(re.compile(r"\?q=alph$"))
    go_back(page)
    expect(page.get_by_role("table")).to_contain_text("Beta")


def go_back(page: Page) -> None:
    """Press the back button and wait for the page, which is loaded anew: the browser keeps nothing of it."""
    page.evaluate("() => { window.leaving = true; setTimeout(() => history.back(), 0) }")
    page.wait_for_function("() => !window.leaving")
    page.wait_for_load_state()


def test_the_slash_key_searches_and_the_arrow_key_chooses(as_admin: Page) -> None:
    page = as_admin
    gateway = GatewayFactory.create(name="GW_Needle")
    page.keyboard.press("/")
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.type("needle")
    expect(page.locator("#search-results")).to_contain_text("GW_Needle")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + page_of(gateway))


def test_the_question_mark_lists_the_keys_and_g_goes(as_admin: Page) -> None:
    page = as_admin
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Go to customers")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**" + reverse("customers:customer_list"))


def test_a_secret_is_masked_shown_and_copied(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    extension = ExtensionFactory.create()
    page.goto(live_server.url + page_of(extension))
    expect(page.get_by_text(extension.secret)).to_have_count(0)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#secret-text-secret")).to_have_text(extension.secret)
    page.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == extension.secret
    expect(page.get_by_role("status")).to_contain_text("Copied")


def test_a_number_is_allocated_to_an_extension_of_the_chosen_customer(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    did, extension, _other = DIDFactory.create(), ExtensionFactory.create(number="4321"), ExtensionFactory.create()
    page.goto(live_server.url + page_of(did))
    page.get_by_role("link", name="Allocate").click()
    page.get_by_role("combobox", name="Customer").click()
    page.get_by_role("listbox").get_by_role("option", name=str(extension.customer)).click()
    page.get_by_label("Calls go to").select_option("extension")
    expect(page.get_by_label("Forward to")).to_be_hidden()
    page.get_by_role("combobox", name="Extension").click()
    offered = page.get_by_role("listbox").get_by_role("option")
    expect(offered).to_have_text([str(extension)])
    offered.click()
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("main")).to_contain_text("Allocated")
    assert did.allocations.get().extension == extension


def test_a_range_shows_in_the_list(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    provider = ProviderFactory.create()
    page.goto(live_server.url + reverse("numbering:did_range"))
    page.get_by_label("First number").fill("551140001000")
    page.get_by_label("Last number").fill("551140001049")
    page.get_by_role("combobox", name="Provider").click()
    page.get_by_role("listbox").get_by_role("option", name=str(provider)).click()
    page.get_by_role("button", name="Create the numbers").click()
    expect(page.get_by_role("status")).to_contain_text("50 numbers were created")
    expect(page.get_by_text("1–25 of 50")).to_be_visible()
    page.get_by_label("Next page").click()
    expect(page.get_by_text("26–50 of 50")).to_be_visible()
    assert DID.objects.count() == 50


def test_a_deletion_asks_and_then_says_so(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    ExtensionFactory.create_batch(2, customer=customer)
    page.goto(live_server.url + page_of(customer))
    page.get_by_role("link", name="Delete").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("2 extensions")
    # The way out has the focus: Enter by habit deletes nothing, and Esc gives the focus back.
    expect(question.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("is deleted")
    assert not Customer.objects.exists()


def test_language_and_theme_are_chosen_and_kept(as_admin: Page) -> None:
    page = as_admin
    page.get_by_role("button", name="Language and appearance").click()
    page.get_by_role("banner").get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("header .dropdown button").first.click()
    page.get_by_role("banner").get_by_role("button", name="Português").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt-br")


def test_a_caller_who_is_a_script_runs_nowhere(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    evil = '<script>alert(1)</script><img src=x onerror=alert(2)><b hx-get="/evil" hx-trigger="load">x</b>'
    call = CdrFactory.create(src="<img src=x onerror=alert(3)>", caller_id=evil)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in (reverse("billing:cdr_list"), page_of(call), reverse("reports:dashboard")):
        page.goto(live_server.url + address)
        page.wait_for_timeout(400)
        expect(page.get_by_role("main")).to_contain_text("<img src=x")
    assert not [url for url in asked if url.endswith(("/evil", "/x"))]


def test_the_dashboard_renews_itself(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.goto(live_server.url)
    expect(page.get_by_text("No calls yet")).to_be_visible()
    CdrFactory.create(src="5511900001111")
    expect(page.get_by_role("main")).to_contain_text("5511900001111", timeout=10_000)
    expect(page.locator("#hours-chart canvas")).to_be_visible()


def test_a_viewer_finds_no_way_to_write(log_in: Callable[[str], Page], live_server: LiveServer) -> None:
    extension = ExtensionFactory.create()
    page = log_in(Role.VIEWER)
    page.goto(live_server.url + page_of(extension))
    expect(page.get_by_role("heading", level=1)).to_contain_text(extension.number)
    for name in ("Edit", "Delete", "Show", "New secret"):
        expect(page.get_by_role("main").get_by_text(name, exact=True)).to_have_count(0)


def test_a_session_that_ended_leads_back_to_the_log_in(as_admin: Page, live_server: LiveServer) -> None:
    page = as_admin
    page.goto(live_server.url + reverse("customers:customer_list"))
    page.context.clear_cookies()
    page.get_by_label("Search", exact=True).fill("x")
    page.wait_for_url("**/accounts/login/**")
