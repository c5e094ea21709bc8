"""The search over all objects: what is found, by whom, in which order, and by how many queries."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Account, Deck, RatePlan, Statement, StatementStatus
from customers.models import CustomerType, Extension
from customers.search import search_customers
from numbering.models import DID
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, ProviderFactory
from tests.factories.users import UserFactory
from tests.pages.conftest import AsRole
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.tables.links import page_of
from voipadmin.core.text.searched import read_search
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def found(client: Client, text: str) -> list[tuple[str, str]]:
    """Return the addresses and labels of what a search finds, in order."""
    answer = client.get(reverse("search"), {"q": text}, headers={"HX-Request": "true"}).content.decode()
    return re.findall(r'<a class="search-hit[^"]*" href="([^"]+)">.*?<span>(.*?)</span>', answer, re.DOTALL)


def urls(client: Client, text: str) -> list[str]:
    """Return the addresses alone."""
    return [url for url, _label in found(client, text)]


def test_the_search_finds_accounts_tariffs_plans_decks_and_users(admin: Client) -> None:
    # I7
    customer = CustomerFactory.create(code="PADARIA")
    assert page_of(Account.objects.get(customer=customer)) in urls(admin, "padaria")
    for wanted, text in (
        (TariffFactory.create(name="Brazil mobile", pattern="55119"), "mobile"),
        (TariffFactory.create(name="Portugal", pattern="351"), "351"),
        (RatePlan.objects.create(name="Wholesale"), "wholes"),
        (Deck.objects.create(provider=ProviderFactory.create(), file_name="carrier-july.xlsx"), "july"),
        (UserFactory.create(username="maria.souza"), "souza"),
        (UserFactory.create(email="joao@example.com"), "joao@"),
    ):
        assert page_of(wanted) in urls(admin, text), text


def test_a_statement_is_found_by_its_number_and_its_customer(admin: Client) -> None:
    account = Account.objects.get(customer=CustomerFactory.create(code="PADARIA"))
    kept = {"account": account, "currency": "BRL", "language": "en", "status": StatementStatus.ISSUED, "series": "A"}
    july, august = (
        Statement.objects.create(
            number=120 + month, begins_at=datetime(2026, month, 1, tzinfo=UTC),
            ends_at=datetime(2026, month + 1, 1, tzinfo=UTC), first_day=date(2026, month, 1),
            last_day=date(2026, month, 28), **kept,
        )
        for month in (7, 8)
    )  # fmt: skip
    for text in ("A-000127", "a-127", "127"):
        assert [url for url in urls(admin, text) if "/statements/" in url] == [page_of(july)]
        listed = admin.get(reverse("billing:statement_list"), {"q": text}).content.decode()
        assert page_of(july) in listed
        assert page_of(august) not in listed
    assert "/statements/" not in " ".join(urls(admin, "B-127"))
    assert [url for url in urls(admin, "padaria") if "/statements/" in url] == [page_of(august), page_of(july)]


def test_a_job_is_found_by_its_kind_its_subject_and_who_asked(admin: Client, as_role: AsRole) -> None:
    other: User = UserFactory.create(username="maria.souza", role=Role.OPERATOR)
    job = begin_job("export_list", user=other, subject="Numbers of July")
    for text in ("export of a list", "of july", "souza"):
        assert page_of(job) in urls(admin, text)
    assert page_of(job) not in urls(as_role(Role.OPERATOR), "of july")


def test_the_beginning_of_an_address_finds_addresses_and_no_number(admin: Client) -> None:
    did = DIDFactory.create(number="551120011000")
    near = TrunkAddressFactory.create(network="200.1.7.9").customer
    around = TrunkAddressFactory.create(network="200.1.128.0/20").customer
    far = TrunkAddressFactory.create(network="200.10.7.9").customer
    gateway, inside = (GatewayFactory.create(host=host) for host in ("200.1.9.9", "198.200.1.9"))
    answers = urls(admin, "200.1")
    assert {page_of(near), page_of(around), page_of(gateway)} <= set(answers)
    assert not {page_of(far), page_of(did), page_of(inside)} & set(answers)
    assert page_of(around) in urls(admin, "200.1.130.5")
    assert page_of(did) in urls(admin, "2001")
    listed = admin.get(reverse("customers:customer_list"), {"q": "200.1"}).content.decode()
    assert page_of(near) in listed
    assert page_of(far) not in listed


@pytest.mark.parametrize("written", ["+55 (11) 4000-4444", "011 4000 4444", "1140004444", "551140004444", "0004444"])
def test_a_number_is_found_however_it_is_written(admin: Client, written: str) -> None:
    wanted = DIDFactory.create(number="551140004444")
    assert page_of(wanted) in urls(admin, written)


def test_any_number_leads_to_its_page_however_it_is_written(admin: Client) -> None:
    for written, key in (
        ("(11) 98765-4321", "5511987654321"),
        ("+351 912 345 678", "351912345678"),
        ("190", "0190"),
        ("33912345678", "5533912345678"),
        ("33912345678", "33912345678"),
    ):
        assert reverse("reports:number", args=[key]) in urls(admin, written)
    assert "/numbers/" not in " ".join(urls(admin, "1001"))


def test_the_calls_of_any_number_are_offered_and_a_call_is_found_by_its_id(admin: Client) -> None:
    # I7
    assert f"{reverse('billing:cdr_list')}?q=11987654321" in urls(admin, "(11) 98765-4321")
    call = CdrFactory.create(linkedid="pbx-1700000000.17")
    assert page_of(call) in urls(admin, "pbx-1700000000.17")


def test_an_extension_is_found_within_its_customer(admin: Client) -> None:
    wanted, other = (
        ExtensionFactory.create(number="1001", customer__code=code, customer__type=CustomerType.EXTENSION)
        for code in ("PADARIA", "OFICINA")
    )
    for text in ("PADARIA/1001", "1001 padaria", "1001 · PADARIA"):
        assert page_of(wanted) in urls(admin, text)
        assert page_of(other) not in urls(admin, text)


def test_the_very_name_comes_first_and_the_kind_that_has_it_before_the_others(admin: Client) -> None:
    CustomerFactory.create(code="A_CLARO")
    for code in ("CLARO_SUL", "CLARO"):
        CustomerFactory.create(code=code, name=f"Loja {code}")
    codes = [label.partition(" ")[0] for url, label in found(admin, "claro") if "/customers/" in url]
    assert codes == ["CLARO", "CLARO_SUL", "A_CLARO"]
    gateway = GatewayFactory.create(name="4004")
    DIDFactory.create(number="551140040000")
    assert urls(admin, "4004")[0] == page_of(gateway)


def test_more_than_is_shown_is_one_step_away(admin: Client) -> None:
    for number in range(8):
        CustomerFactory.create(code=f"SHOP{number}")
    answers = urls(admin, "shop")
    assert f"{reverse('customers:customer_list')}?q=shop" in answers
    assert len([url for url in answers if "/customers/" in url and "?q=" not in url]) == 6


def test_each_finds_what_its_role_may_see(as_role: AsRole) -> None:
    own = DIDAllocationFactory.create(did__number="551140001111", customer__code="OWNER", customer__name="Findme")
    other = DIDAllocationFactory.create(did__number="551140002222", customer__code="OTHER", customer__name="Findme")
    TariffFactory.create(name="Findme", pattern="55114")
    UserFactory.create(username="findme")
    GatewayFactory.create(name="findme")
    client = as_role(Role.CUSTOMER, own.customer)
    for text in ("findme", "5511400", "owner", "other"):
        for url in urls(client, text):
            assert client.get(url).status_code == 200
    assert set(urls(client, "5511400")) >= {page_of(own.did)}
    assert page_of(other.did) not in urls(client, "5511400")
    assert urls(client, "findme") == [page_of(own.customer), page_of(own.customer.account)]
    assert urls(as_role(Role.OPERATOR), "findme") != urls(as_role(Role.ADMIN), "findme")


def test_a_customers_contact_is_not_found_by_its_users(as_role: AsRole) -> None:
    own = CustomerFactory.create(contact_email="secret@example.com")
    assert urls(as_role(Role.CUSTOMER, own), "secret@") == []
    assert urls(as_role(Role.OPERATOR), "secret@") == [page_of(own)]


@pytest.mark.parametrize("text", ["padaria", "1001", "551140004444", "200.1", "x"])
def test_a_search_takes_as_many_queries_whatever_is_in_the_database(admin: Client, text: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            admin.get(reverse("search"), {"q": text}, headers={"HX-Request": "true"})
        return len(captured)

    queries()
    before = queries()
    for number in range(12):
        customer = CustomerFactory.create(code=f"PADARIA{number}", type=CustomerType.EXTENSION)
        ExtensionFactory.create(number=f"1001{number}", customer=customer, caller_id_name="x")
        DIDAllocationFactory.create(did__number=f"5511400044{number:02}", customer=customer)
    # What is found ends a search of a large table early, and the DIDs' customers are read with them.
    assert queries() <= before + 1 <= 32


@pytest.mark.parametrize("text", ["10", "1001", "551140004444", "reception", "u123456789abcdef", "PADARIA/1001"])
def test_a_search_among_extensions_reads_no_table_whole(text: str) -> None:
    admin: User = UserFactory.create(role=Role.ADMIN)
    assert_indexed("customers_extension", lambda: list(search_customers(admin, read_search(text))))


@pytest.mark.parametrize("text", ["551140004444", "0004444", "400"])
def test_a_search_among_numbers_reads_no_table_whole(admin: Client, text: str) -> None:
    assert_indexed("numbering_did", lambda: urls(admin, text))


def assert_indexed(table: str, ask: Callable[[], Any]) -> None:
    """Ask, and have each query over the table explained: with many rows none of them would be read one by one."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    asked = [query["sql"] for query in captured if f'FROM "{table}"' in query["sql"]]
    assert asked
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert f"Seq Scan on {table}" not in plan, plan


def test_the_tables_that_are_searched_by_index_are_those(db: None) -> None:
    assert {index.name for model in (Extension, DID) for index in model._meta.indexes} >= {
        "extension_number_begins",
        "extension_name_parts",
        "extension_caller_id_parts",
        "did_number_parts",
    }
