"""The page of the numbering plan: its tables, and a number to try."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.core.models import OperatorRange, PlanRange, ServiceCode

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(UserFactory.create(role="viewer"), backend="voipadmin.users.backends.RoleBackend")
    return client


def tried(client: Client, number: str, **more: str) -> str:
    response = client.get(reverse("numbering:plan"), {"number": number, **more})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_number_is_shown_with_kind_country_key_operator_and_city(client: Client) -> None:
    OperatorRange.objects.create(
        kind="fixed", first=1134000000, last=1134009999, operator="OPERADORA UM", locality="SÃO PAULO", state="SP"
    )
    customer = CustomerFactory.create(home_area="11")
    page = tried(client, "3400-1234", customer=str(customer.pk))
    for words in ("+551134001234", "Fixed line", ">BR<", "551134001234", "OPERADORA UM", "SÃO PAULO · SP", ">11<"):
        assert words in page


def test_a_code_is_shown_as_it_is_dialled(client: Client) -> None:
    page = tried(client, "0800 123 4567")
    assert ">08001234567<" in page
    assert "Toll-free" in page
    assert "never refused" in tried(client, "190")
    assert "bars calls" in tried(client, "9090987654321")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("34001234", "no home area code"),
        ("19005551234", "no such number"),
        ("00999123456", "No country"),
        ("++5511", "something else than digits"),
    ],
)
def test_what_is_no_number_says_why(client: Client, number: str, why: str) -> None:
    page = tried(client, number)
    assert why in page
    assert "cause 28" in page


def test_a_number_is_tried_at_a_moment(client: Client) -> None:
    PlanRange.objects.create(pattern="_118XXXXXXXX", kind="voip", valid_from=date(2027, 1, 1))
    assert "no such number" in tried(client, "11812345678", at="2026-12-31T23:59:59")
    assert "VoIP" in tried(client, "11812345678", at="2027-01-01T00:00:00")


def test_a_question_that_cannot_be_asked_is_marked(client: Client) -> None:
    assert "See the marked fields." in tried(client, "")


def test_the_tables_are_on_the_page_and_in_the_readers_language(client: Client) -> None:
    page = client.get(reverse("numbering:plan")).content.decode()
    for name in ("dialingrule", "servicecode", "planrange"):
        assert f"{reverse(f'core:{name}_list')}?embedded=1" in page
        assert reverse(f"core:{name}_create") not in page
    listed = client.get(reverse("core:servicecode_list"), {"q": "193"}, headers={"accept-language": "pt-br"})
    assert "Corpo de Bombeiros" in listed.content.decode()
    code = ServiceCode.objects.get(pattern="193")
    shown = client.get(code.get_absolute_url(), headers={"accept-language": "pt-br"})
    assert "Corpo de Bombeiros" in shown.content.decode()


def test_rows_of_another_country_are_not_shown(client: Client) -> None:
    ServiceCode.objects.create(region="PT", pattern="1820", name="Elsewhere")
    assert "Elsewhere" not in client.get(reverse("core:servicecode_list"), {"q": "1820"}).content.decode()


def test_only_those_who_may_see_the_plan_see_its_page(client: Client) -> None:
    client.force_login(UserFactory.create(role="customer"), backend="voipadmin.users.backends.RoleBackend")
    assert client.get(reverse("numbering:plan")).status_code == 403
