"""What a form says while it is filled in, before anything is saved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Tariff
from routing.models import Route
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.pages.conftest import AsRole
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
TARIFF, ROUTE = "billing:tariff_preview", "routing:route_preview"
FORMS = (
    ("billing:tariff_create", TARIFF),
    ("routing:route_create", ROUTE),
    ("customers:extension_create", "customers:extension_preview"),
    ("routing:gateway_create", "routing:gateway_preview"),
)


def answer(client: Client, name: str, given: dict[str, Any], language: str = "en") -> str:
    response = client.get(reverse(name), given, headers={"Accept-Language": language})
    assert response.status_code == 200
    return str(response.content.decode())


def with_gateway(gateway: Any, **fields: Any) -> dict[str, Any]:
    rows = {"rows-TOTAL_FORMS": 1, "rows-INITIAL_FORMS": 0, "rows-0-gateway": gateway.pk}
    return {"pattern": "_0ZZXXXXXXXXX", "strip_digits": 0, "prepend": "", **rows, **fields}


def test_a_tariffs_form_shows_what_it_matches_and_what_is_near(admin: Client) -> None:
    text = answer(admin, TARIFF, {"pattern": "190", "is_for": "code"})
    assert "Matches" in text
    assert ">190<" in text
    assert "emergency" in text
    assert "Does not match" in text
    assert "+1900" in text
    assert not Tariff.objects.exists()


def test_it_says_so_in_the_language_of_the_user(admin: Client) -> None:
    text = answer(admin, TARIFF, {"pattern": "190", "is_for": "code"}, "pt-br")
    assert "O que ela abrange" in text
    assert "Não abrange" in text


def test_it_says_that_a_pattern_matches_nothing(admin: Client) -> None:
    text = answer(admin, TARIFF, {"pattern": "5510", "is_for": "number"})
    assert "Nothing: the numbering plan has no such number." in text
    assert "Does not match" not in text


def test_it_shows_the_callers_of_an_origin(admin: Client) -> None:
    text = answer(admin, TARIFF, {"pattern": "5521", "is_for": "number", "origin_prefix": "+5511"})
    assert "Callers" in text
    assert "+5511" in text


@pytest.mark.parametrize("pattern", ["", "abc", "_", "_[9-1]"])
def test_it_says_nothing_of_what_is_no_pattern(admin: Client, pattern: str) -> None:
    assert answer(admin, TARIFF, {"pattern": pattern, "is_for": "number"}).strip() == ""


def test_a_routes_form_warns_of_another_number_that_would_be_sent(admin: Client) -> None:
    gateway = GatewayFactory.create(name="GW_Zero", prepend="0")
    text = answer(admin, ROUTE, with_gateway(gateway))
    assert "By GW_Zero" in text
    assert "would be sent as" in text
    assert "which is read as" in text
    assert not Route.objects.exists()


def test_it_does_not_warn_of_usual_rewritings(admin: Client) -> None:
    gateway = GatewayFactory.create(prepend="55", tech_prefix="1234#")
    text = answer(admin, ROUTE, with_gateway(gateway, strip_digits=1))
    assert "would be sent as" not in text
    assert "Every number reaches the gateways" in text


def test_it_says_that_a_route_takes_no_number(admin: Client) -> None:
    text = answer(admin, ROUTE, with_gateway(GatewayFactory.create(), pattern="_5511"))
    assert "the route takes none" in text
    text = answer(admin, ROUTE, with_gateway(GatewayFactory.create(), pattern="5511"))
    assert "_5511XXXXXXX." in text
    assert "the route takes none" not in text
    assert "_55XXXXXXXXX." in answer(admin, ROUTE, with_gateway(GatewayFactory.create(), pattern="5"))


def test_a_routes_page_warns_as_well(admin: Client) -> None:
    route = RouteFactory.create(pattern="190", gateways=[GatewayFactory.create(name="GW_Short", strip_digits=1)])
    page = admin.get(reverse("routing:route_detail", args=[route.pk])).content.decode()
    assert "By GW_Short" in page
    assert "which is no number" in page


def test_a_routes_form_and_page_warn_of_codes_that_a_gateway_of_e164_gets(admin: Client) -> None:
    gateway = GatewayFactory.create(name="GW_World", sent_format="e164")
    route = RouteFactory.create(pattern="_X.", gateways=[gateway])
    page = admin.get(route.get_absolute_url(), headers={"Accept-Language": "en"}).content.decode()
    form = answer(admin, ROUTE, with_gateway(gateway, pattern="_X."))
    for text in (page, form):
        assert "GW_World is to be sent E.164, and codes of the country have no such form" in text
        assert "Every number reaches the gateways" not in text


def test_a_gateways_form_and_page_warn_as_its_routes_do(admin: Client) -> None:
    gateway = GatewayFactory.create(name="GW_Short", strip_digits=0)
    RouteFactory.create(name="Police", pattern="190", gateways=[gateway])
    given = {"saved": gateway.pk, "sent_format": "as_dialled", "carrier_code": "", "strip_digits": 1, "prepend": ""}
    text = answer(admin, "routing:gateway_preview", given)
    assert "Police:" in text
    assert "which is no number" in text
    assert "is to be sent E.164" in answer(
        admin, "routing:gateway_preview", {**given, "strip_digits": 0, "sent_format": "e164"}
    )
    assert answer(admin, "routing:gateway_preview", {**given, "strip_digits": 0}).strip() == ""
    gateway.strip_digits = 1
    gateway.save()
    page = admin.get(gateway.get_absolute_url(), headers={"Accept-Language": "en"}).content.decode()
    assert "Police:" in page
    assert "which is no number" in page


@pytest.mark.parametrize("saved", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_gateway_that_is_not_there_sends_nothing(admin: Client, saved: str) -> None:
    given = {"saved": saved, "sent_format": "e164", "carrier_code": "", "strip_digits": 1, "prepend": ""}
    assert answer(admin, "routing:gateway_preview", given).strip() == ""


def test_a_gateways_secret_never_travels_in_an_address(admin: Client) -> None:
    gateway = GatewayFactory.create()
    page = admin.get(reverse("routing:gateway_edit", args=[gateway.pk])).content.decode()
    included = page.partition('id="form-preview"')[2].partition('hx-include="')[2].partition('"')[0]
    assert "[name=strip_digits]" in included
    assert "secret" not in included
    assert all("[name=" in selector for selector in included.split(","))
    assert f"?saved={gateway.pk}" in page


def test_whoever_may_not_change_it_is_not_answered(as_role: AsRole) -> None:
    assert as_role(Role.VIEWER).get(reverse(ROUTE)).status_code == 403


def test_every_form_with_a_preview_asks_for_it(admin: Client) -> None:
    for name, preview in FORMS:
        assert f'hx-get="{reverse(preview)}"' in admin.get(reverse(name)).content.decode()
