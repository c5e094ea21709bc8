"""Amounts as people type them, on pages and in the admin: read by one rule, told back, never guessed."""

import html
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from routing.models import Provider
from tests.entities import KINDS
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import ProviderFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
LANGUAGES = ("pt-br", "en")
CREATE = "routing:provider_create"
NO_GATEWAYS = {"gateways-TOTAL_FORMS": 0, "gateways-INITIAL_FORMS": 0}
OURS = ("voipadmin", "customers", "routing", "numbering", "billing", "asterisk_sync", "reports")

InLanguage = Callable[[str], Client]


@pytest.fixture
def in_language() -> InLanguage:
    """An administrator whose pages are in a language."""
    user = UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True)

    def open_panel(language: str) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
        return client

    return open_panel


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode()).replace("\u00a0", " ")


def provider(**changes: Any) -> dict[str, Any]:
    return {**KINDS["routing:provider"].answers(), **changes}


def value_of(page: str, name: str) -> str:
    """Return what stands in an input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None, name
    value = re.search(r' value="([^"]*)"', found[0])
    return value[1] if value else ""


def echo_of(page: str, name: str) -> str:
    """Return what is said beside an input."""
    found = re.search(rf'<output[^>]*id="id_{name}-echo"[^>]*>([^<]*)</output>', page)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0,05", "0.05"), ("0.05", "0.05"), ("1.250,50", "1250.5"), ("1,250.50", "1250.5"), ("R$ 0,05", "0.05"),
        ("0,000001", "0.000001"), ("5", "5"), ("1 250,5", "1250.5"),
    ],
)  # fmt: skip
def test_a_price_is_stored_as_it_was_meant_in_both_languages(
    in_language: InLanguage, language: str, typed: str, stored: str
) -> None:
    response = in_language(language).post(reverse(CREATE), provider(cost_per_minute=typed))
    assert response.status_code == 302, text_of(response)
    assert Provider.objects.get().cost_per_minute == Decimal(stored)


@pytest.mark.parametrize(
    ("language", "typed", "sentence"),
    [
        ("pt-br", "1.250", "“1.250” pode ser 1.250,00 ou 1,25. Escreva 1250,00 ou 1,25."),
        ("en", "1,250", "“1,250” can mean 1,250.00 or 1.25. Write 1250.00 or 1.25."),
        ("pt-br", "cinco", "Digite um número, como 1250,50."),
        ("en", "1.25,50", "Enter a number, such as 1250.50."),
        ("pt-br", "US$ 5,00", "Este valor é em BRL. Deixe “US$” de fora."),
    ],
)
def test_what_is_not_one_amount_is_refused_with_what_it_could_be(
    in_language: InLanguage, language: str, typed: str, sentence: str
) -> None:
    page = text_of(in_language(language).post(reverse(CREATE), provider(cost_per_minute=typed)))
    assert sentence in page
    assert value_of(page, "cost_per_minute") == typed
    assert echo_of(page, "cost_per_minute") == ""
    assert not Provider.objects.exists()


def test_three_digits_are_decided_by_a_field_that_has_two_decimals(in_language: InLanguage) -> None:
    account = CustomerFactory.create().account
    answers = {"kind": "postpaid", "currency": "BRL", "allowed_countries": "BR", "credit_limit": "1.250"}
    edit = reverse("billing:account_edit", args=[account.pk])
    response = in_language("pt-br").post(edit, answers)
    assert response.status_code == 302, text_of(response)
    account.refresh_from_db()
    assert account.credit_limit == 1250


@pytest.mark.parametrize(
    ("language", "value", "echo"),
    [("pt-br", "1250,50", "R$ 1.250,50 por minuto"), ("en", "1250.50", "R$ 1,250.50 per minute")],
)
@pytest.mark.slow(seconds=0.3)
def test_a_form_shows_a_stored_price_in_the_users_language_and_says_what_it_is(
    in_language: InLanguage, language: str, value: str, echo: str
) -> None:
    made = ProviderFactory.create(cost_per_minute=Decimal("1250.5"), currency="BRL")
    client = in_language(language)
    edit = reverse("routing:provider_edit", args=[made.pk])
    page = text_of(client.get(edit))
    assert (value_of(page, "cost_per_minute"), echo_of(page, "cost_per_minute")) == (value, echo)
    assert client.post(edit, provider(name=made.name, cost_per_minute=value)).status_code == 302
    made.refresh_from_db()
    assert made.cost_per_minute == Decimal("1250.5")


@pytest.mark.slow(seconds=0.3)
def test_a_form_that_is_shown_again_says_what_was_read(in_language: InLanguage) -> None:
    page = text_of(in_language("pt-br").post(reverse(CREATE), provider(name="", cost_per_minute="0.05")))
    assert value_of(page, "cost_per_minute") == "0.05"
    assert echo_of(page, "cost_per_minute") == "R$ 0,05 por minuto"


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"text": "0,05", "unit": "per_minute", "currency": "BRL"}, ("R$ 0,05 por minuto", False)),
        ({"text": "1.250,5", "unit": "per_month", "currency": "USD"}, ("US$ 1.250,50 por mês", False)),
        ({"text": "1.250"}, ("“1.250” pode ser 1.250,00 ou 1,25. Escreva 1250,00 ou 1,25.", True)),
        ({"text": "1.250", "places": "2", "currency": "BRL"}, ("R$ 1.250,00", False)),
        ({"text": "1.250", "maximum": "100", "currency": "BRL"}, ("R$ 1,25", False)),
        ({"text": ""}, ("", False)),
        ({"text": "-1", "minimum": "0"}, ("Certifique-se que este valor seja maior ou igual a 0.", True)),
    ],
)
def test_what_is_typed_is_told_by_the_rule_that_will_read_it(
    in_language: InLanguage, query: dict[str, str], answer: tuple[str, bool]
) -> None:
    response = in_language("pt-br").get(reverse("decimal_reading"), query)
    said = json.loads(response.content)
    assert (said["text"].replace("\u00a0", " "), said["refused"]) == answer


@pytest.mark.parametrize(
    "query", [{}, {"text": "1" * 61}, {"text": "1", "unit": "per_x"}, {"text": "1", "places": "x"}]
)
def test_a_question_that_no_form_asks_is_refused(in_language: InLanguage, query: dict[str, str]) -> None:
    assert in_language("en").get(reverse("decimal_reading"), query).status_code == 400


def test_the_address_of_a_field_carries_its_limits(in_language: InLanguage) -> None:
    client = in_language("pt-br")
    page = client.get(reverse("numbering:did_range")).content.decode()
    found = re.search(r'data-reading="([^"]+)"', page)
    assert found is not None
    address = html.unescape(found[1])
    assert json.loads(client.get(f"{address}&text=-1").content)["refused"]
    assert json.loads(client.get(f"{address}&text=1,23456").content)["refused"]
    assert json.loads(client.get(f"{address}&text=1,5").content)["text"] == "1,50 por mês"


@pytest.mark.parametrize(
    ("language", "typed"), [("pt-br", "1.000"), ("en", "1,000"), ("en", "1000"), ("pt-br", "1 000")]
)
def test_a_whole_number_may_have_groups(in_language: InLanguage, language: str, typed: str) -> None:
    answers = {**KINDS["customers:customer"].answers(), "channel_limit": typed}
    response = in_language(language).post(reverse("customers:customer_create"), answers)
    assert response.status_code == 302, text_of(response)
    assert Customer.objects.get().channel_limit == 1000


@pytest.mark.parametrize(("language", "typed"), [("en", "1.000"), ("pt-br", "1,000"), ("en", "5.0"), ("en", "five")])
def test_a_whole_number_with_decimals_is_refused_and_not_cut(
    in_language: InLanguage, language: str, typed: str
) -> None:
    answers = {**KINDS["customers:customer"].answers(), "channel_limit": typed}
    assert in_language(language).post(reverse("customers:customer_create"), answers).status_code == 200
    assert not Customer.objects.exists()


def test_the_admin_reads_and_shows_amounts_in_the_same_way(in_language: InLanguage) -> None:
    client = in_language("pt-br")
    made = ProviderFactory.create(cost_per_minute=Decimal("0.03"), currency="BRL")
    address = reverse("admin:routing_provider_change", args=[made.pk])
    page = text_of(client.get(address))
    assert value_of(page, "cost_per_minute") == "0,03"
    assert echo_of(page, "cost_per_minute") == "R$ 0,03 por minuto"
    assert "js/decimals.js" in page
    sent = provider(name=made.name, cost_per_minute="1.250,50", _save="1")
    response = client.post(address, sent | NO_GATEWAYS)
    assert response.status_code == 302, text_of(response)
    made.refresh_from_db()
    assert made.cost_per_minute == Decimal("1250.5")


def test_a_tariff_of_the_admin_is_typed_in_the_users_language(in_language: InLanguage) -> None:
    made = TariffFactory.create()
    address = reverse("admin:billing_tariff_change", args=[made.pk])
    page = text_of(in_language("pt-br").get(address))
    assert value_of(page, "price_per_minute") == f"{made.price_per_minute:f}".replace(".", ",").rstrip("0").ljust(
        4, "0"
    )


def test_a_top_up_of_a_billion_is_taken_and_the_form_says_what_is_there(in_language: InLanguage) -> None:
    account = CustomerFactory.create().account
    client = in_language("pt-br")
    address = reverse("billing:account_topup", args=[account.pk])
    page = text_of(client.get(address))
    assert "Saldo" in page
    assert "R$ 0,00" in page
    assert "Valor em BRL" in page
    answers = {"amount": "R$ 1.234.567.890,12", "key": value_of(page, "key")}
    assert "R$ 1.234.567.890,12" in text_of(client.post(address, answers, follow=True))
    account.refresh_from_db()
    assert account.balance == Decimal("1234567890.12")


def test_a_top_up_that_may_be_two_amounts_is_refused(in_language: InLanguage) -> None:
    account = CustomerFactory.create().account
    client = in_language("pt-br")
    address = reverse("billing:account_topup", args=[account.pk])
    key = value_of(text_of(client.get(address)), "key")
    assert "pode ser 1.250,00 ou 1,25" in text_of(client.post(address, {"amount": "1.250", "key": key}))
    account.refresh_from_db()
    assert account.balance == 0
