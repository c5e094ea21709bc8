"""A list as its user wants it, by keyboard: columns, a view, the object before and after, one of many picked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import CustomerType, Extension
from tests.browser.conftest import AXE
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def serious(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


def test_a_list_is_laid_out_kept_as_a_view_and_walked_through(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    # I11
    for place in range(30):
        CustomerFactory.create(code=f"C{place:02}")
    page = log_in(Role.OPERATOR)
    page.goto(f"{live_server.url}/customers/?status=active")
    foot = page.locator(".list-foot")
    expect(foot).to_be_in_viewport()  # the pager is in reach, and the page alone scrolls
    assert page.evaluate("document.querySelector('.table-scroll').classList.contains('fits')")
    foot.get_by_text("Columns", exact=True).click()
    assert serious(page) == []
    page.get_by_role("checkbox", name="Channels").uncheck()
    page.get_by_role("button", name="Name: further to the right").click()
    page.get_by_role("button", name="Keep for me").click()
    # The first column is that of the check boxes.
    expect(page.locator("thead th")).to_have_text(
        ["", "Code", "Type", "Name", "Status", "Addresses", "Extensions", "Calls/s"]
    )
    expect(page.locator("#id_status")).to_have_value("active")
    foot.get_by_text("Views", exact=True).click()
    page.locator("#view-new-name").fill("Active ones")
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_role("link", name="Active ones")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="C01", exact=True).click()
    expect(page.locator("h1")).to_contain_text("C01")
    page.keyboard.press("]")
    expect(page.locator("h1")).to_contain_text("C02")
    page.locator(".crumbs").get_by_role("link", name="Customers").click()
    expect(page.locator("#id_status")).to_have_value("active")


def test_one_of_many_is_picked_by_keyboard_and_the_form_saved_by_it(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    CustomerFactory.create_batch(60, type=CustomerType.EXTENSION)
    bakery = CustomerFactory.create(code="PADARIA", type=CustomerType.EXTENSION)
    page = log_in(Role.OPERATOR)
    page.goto(f"{live_server.url}/extensions/new/")
    customer = page.get_by_role("combobox", name="Customer")
    expect(customer).to_be_focused()
    customer.press_sequentially("padar")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text([str(bakery)])
    customer.press("ArrowDown")
    assert serious(page) == []
    customer.press("Enter")
    expect(customer).to_have_value(str(bakery))
    page.get_by_label("Number", exact=False).first.fill("1001")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1001").first).to_be_visible()
    assert Extension.objects.get().customer == bakery


def test_numbers_are_read_in_groups_and_copied_as_digits(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    DIDFactory.create(number="551140001234")
    page = log_in(Role.OPERATOR)
    page.goto(f"{live_server.url}/dids/")
    number = page.locator(".phone").first
    assert (
        number.evaluate("e => { const s = getSelection(); s.selectAllChildren(e); return s.toString(); }")
        == "551140001234"
    )
    gap = number.evaluate(
        "e => e.children[1].getBoundingClientRect().left - e.children[0].getBoundingClientRect().right"
    )
    assert gap > 0


def test_on_a_phone_filters_fold_rows_are_compact_and_can_be_ordered(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    # I10
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    for place in range(30):
        ExtensionFactory.create(customer=customer, number=str(1000 + place))
    page = log_in(Role.OPERATOR)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/extensions/")
    expect(page.locator("#list-more")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("#list-more")).to_be_visible()
    height, width = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    assert height < 6_000  # 25 rows
    assert width == 390
    page.get_by_label("Order").first.select_option("-number")
    expect(page.locator("tbody a.row-link").first).to_have_text("1029")
    assert serious(page) == []
