"""Prices typed on a keyboard, where the browser's own language and the page's are the same and where they are not."""

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserType, Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Provider
from tests.browser.conftest import open_session
from tests.factories.routing import ProviderFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TYPED = {
    "pt-br": [("0,05", "0.05"), ("0.05", "0.05"), ("1.250,50", "1250.5"), ("1,250.50", "1250.5"), ("1,250", "1.25")],
    "en": [("0,05", "0.05"), ("0.05", "0.05"), ("1.250,50", "1250.5"), ("1,250.50", "1250.5"), ("1.250", "1.25")],
}
SHOWN = {
    "pt-br": {"0.05": ("0,05", "R$ 0,05 por minuto"), "1250.5": ("1250,50", "R$ 1.250,50 por minuto"),
              "1.25": ("1,25", "R$ 1,25 por minuto")},
    "en": {"0.05": ("0.05", "R$ 0.05 per minute"), "1250.5": ("1250.50", "R$ 1,250.50 per minute"),
           "1.25": ("1.25", "R$ 1.25 per minute")},
}  # fmt: skip
TWO_NUMBERS = {"pt-br": ("1.250", "1.250,00 ou 1,25"), "en": ("1,250", "1,250.00 or 1.25")}


@pytest.fixture(scope="module", params=["pt-BR", "en-US"])
def browser_in_its_language(
    request: pytest.FixtureRequest, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[tuple[Browser, str]]:
    """A Chromium whose own menus are in that language: inputs of type `number` go by it, whatever the page says."""
    language: str = request.param
    arguments = {
        **browser_type_launch_args,
        "args": [*browser_type_launch_args["args"], f"--lang={language}"],
        "env": {**os.environ, "LANGUAGE": language.replace("-", "_")},
    }
    browser = browser_type.launch(**arguments)
    yield browser, language
    browser.close()


@pytest.fixture(params=["pt-br", "en"])
def page_in_a_language(
    request: pytest.FixtureRequest, browser_in_its_language: tuple[Browser, str], live_server: LiveServer
) -> Iterator[tuple[Page, str]]:
    """The panel in that language, for a new administrator."""
    (browser, browser_language), language = browser_in_its_language, request.param
    context = browser.new_context(locale=browser_language)
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    open_session(page, live_server.url, UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True))
    yield page, language
    context.close()


def type_into(page: Page, text: str) -> None:
    """Type over what stands in the price, key by key as a person does."""
    price = page.locator("#id_cost_per_minute")
    price.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def said(page: Page) -> Any:
    return expect(page.locator("#id_cost_per_minute-echo"))


def test_a_typed_price_is_told_while_it_is_typed_stored_and_shown_again(
    page_in_a_language: tuple[Page, str], live_server: LiveServer
) -> None:
    # I1
    page, language = page_in_a_language
    provider = ProviderFactory.create(cost_per_minute="7", currency="BRL")
    edit = live_server.url + reverse("routing:provider_edit", args=[provider.pk])
    for text, stored in TYPED[language]:
        value, told = SHOWN[language][stored]
        page.goto(edit)
        type_into(page, text)
        said(page).to_have_text(told)
        page.locator("#id_cost_per_minute").press("Enter")
        page.wait_for_url(lambda address: not address.endswith("/edit/"))
        assert Provider.objects.get().cost_per_minute == Decimal(stored), text
        page.goto(edit)
        expect(page.locator("#id_cost_per_minute")).to_have_value(value)
        said(page).to_have_text(told)


def test_a_price_that_can_be_two_is_told_so_at_once_and_not_stored(
    page_in_a_language: tuple[Page, str], live_server: LiveServer
) -> None:
    page, language = page_in_a_language
    provider = ProviderFactory.create(cost_per_minute="7", currency="BRL")
    text, readings = TWO_NUMBERS[language]
    page.goto(live_server.url + reverse("routing:provider_edit", args=[provider.pk]))
    type_into(page, text)
    said(page).to_contain_text(readings)
    page.locator("#id_cost_per_minute").press("Enter")
    expect(page.locator("#id_cost_per_minute")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_cost_per_minute-error")).to_contain_text(readings)
    assert Provider.objects.get().cost_per_minute == 7


def test_the_admin_tells_and_stores_a_price_in_the_same_way(
    page_in_a_language: tuple[Page, str], live_server: LiveServer
) -> None:
    page, language = page_in_a_language
    provider = ProviderFactory.create(cost_per_minute="7", currency="BRL")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.location['url']}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(live_server.url + reverse("admin:routing_provider_change", args=[provider.pk]))
    type_into(page, "0,05")
    said(page).to_have_text(SHOWN[language]["0.05"][1])
    page.locator("input[name=_save]").click()
    page.wait_for_url(lambda address: not address.endswith("/change/"))
    assert Provider.objects.get().cost_per_minute == Decimal("0.05")
    # The admin has no icon of its own.
    assert [complaint for complaint in complaints if "/favicon.ico:" not in complaint] == []


def test_the_currency_that_is_chosen_is_the_one_that_is_told(
    page_in_a_language: tuple[Page, str], live_server: LiveServer
) -> None:
    page, language = page_in_a_language
    page.goto(live_server.url + reverse("routing:provider_create"))
    type_into(page, "0,05")
    said(page).to_have_text(SHOWN[language]["0.05"][1])
    page.locator("#id_currency").fill("USD")
    said(page).to_have_text(SHOWN[language]["0.05"][1].replace("R$", "US$"))
