"""Filters, order, pages and CSV of lists."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import CustomerStatus, CustomerType
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from voipadmin.core.tables.bounded_paginator import BoundedPaginator
from voipadmin.core.tables.csv_export import neutralise

pytestmark = pytest.mark.django_db
CUSTOMERS = "customers:customer_list"


def listed(client: Client, name: str, **query: Any) -> str:
    return client.get(reverse(name), query).content.decode()


def exported(client: Client, name: str, **query: Any) -> list[list[str]]:
    response = client.get(reverse(name), {"export": "csv", **query})
    assert response["Content-Type"].startswith("text/csv")
    assert "attachment" in response["Content-Disposition"]
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_filter_keeps_what_fits(admin: Client) -> None:
    kept, left = CustomerFactory.create(status=CustomerStatus.SUSPENDED), CustomerFactory.create()
    text = listed(admin, CUSTOMERS, status="suspended")
    assert kept.name in text
    assert left.name not in text


def test_a_customer_is_found_by_the_address_of_its_trunk(admin: Client) -> None:
    address, other = TrunkAddressFactory.create(network="198.18.77.5"), TrunkAddressFactory.create(network="198.18.1.5")
    text = listed(admin, CUSTOMERS, q="198.18.77")
    assert address.customer.name in text
    assert other.customer.name not in text


def test_all_words_of_a_search_must_be_found(admin: Client) -> None:
    CustomerFactory.create(code="NORTE1", name="Telecom Norte")
    CustomerFactory.create(code="SUL1", name="Telecom Sul")
    text = listed(admin, CUSTOMERS, q="telecom norte")
    assert "Telecom Norte" in text
    assert "Telecom Sul" not in text


def test_the_order_of_the_address_holds(admin: Client) -> None:
    CustomerFactory.create(code="B", name="Alpha")
    CustomerFactory.create(code="A", name="Omega")
    up = [row[1] for row in exported(admin, CUSTOMERS, sort="name")[1:]]
    down = [row[1] for row in exported(admin, CUSTOMERS, sort="-name")[1:]]
    assert up == ["Alpha", "Omega"]
    assert down == ["Omega", "Alpha"]


def test_an_order_that_is_not_allowed_leaves_the_usual_one(admin: Client) -> None:
    CustomerFactory.create(code="B", notes="1")
    CustomerFactory.create(code="A", notes="2")
    for sort in ("notes", "-notes", "users__password", "addresses"):
        assert [row[0] for row in exported(admin, CUSTOMERS, sort=sort)[1:]] == ["A", "B"]


@pytest.mark.slow(seconds=1)
def test_a_page_has_as_many_rows_as_was_chosen_of_those_offered(admin: Client) -> None:
    CustomerFactory.create_batch(60)
    assert listed(admin, CUSTOMERS).count('class="row-link') == 25
    assert listed(admin, CUSTOMERS, per_page=50).count('class="row-link') == 50
    assert listed(admin, CUSTOMERS, per_page=100_000).count('class="row-link') == 25
    assert listed(admin, CUSTOMERS, page=3).count('class="row-link') == 10


def test_the_csv_has_what_the_filter_finds_and_all_of_it(admin: Client) -> None:
    CustomerFactory.create_batch(30)
    CustomerFactory.create(code="GONE", status=CustomerStatus.CLOSED)
    rows = exported(admin, CUSTOMERS, status="active", page=2)
    assert len(rows) == 31
    assert "GONE" not in {row[0] for row in rows}


def test_a_file_is_in_the_language_of_its_reader_or_in_that_of_programs(admin: Client) -> None:
    TariffFactory.create(pattern="5511", price_per_minute=Decimal("1250.05"))
    call = CdrFactory.create()
    DIDFactory.create(number="551140001000", monthly_cost=Decimal("1.50"))
    GatewayFactory.create(enabled=False)

    def read(form: str, name: str, delimiter: str) -> dict[str, str]:
        response = admin.get(reverse(name), {"export": form}, headers={"Accept-Language": "pt-BR"})
        text = b"".join(response).decode("utf-8-sig")
        headings, row = csv.reader(io.StringIO(text), delimiter=delimiter)
        return dict(zip(headings, row, strict=True))

    assert read("csv", "billing:tariff_list", ";")["Preço/min"] == "1250,050000"
    assert read("csv-machine", "billing:tariff_list", ",")["price_per_minute"] == "1250.050000"
    moment = timezone.localtime(call.started_at)
    assert read("csv", "billing:cdr_list", ";")["Início"] == f"{moment:%d/%m/%Y %H:%M:%S}"
    assert read("csv-machine", "billing:cdr_list", ",")["started_at"] == moment.isoformat()
    # No spreadsheet makes a figure of a number in groups.
    assert read("csv", "numbering:did_list", ";")["Número"] == "55 11 4000 1000"
    assert read("csv-machine", "numbering:did_list", ",")["number"] == "551140001000"
    assert "não" in read("csv", "routing:gateway_list", ";").values()
    assert read("csv-machine", "routing:gateway_list", ",")["enabled"] == "False"


@pytest.mark.parametrize("text", ["=1+1", "+5511", "-2", "@SUM(A1)", "\t1", "\r1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert neutralise(text) == f"'{text}"


def test_numbers_and_plain_text_are_exported_as_they_are() -> None:
    assert [neutralise(value) for value in ("1+1", "", 5, -5, None)] == ["1+1", "", 5, -5, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana;=1+1", "Ana;'=1+1"),
        ("Ana;;@SUM(A1)\n-1", "Ana;;'@SUM(A1)\n'-1"),
        ("Ana\t+1;x", "Ana\t'+1;x"),
        ("=1;=1", "'=1;'=1"),
        ("\t=1", "'\t'=1"),
        ("＝1＋1", "'＝1＋1"),
        ("a-b; c=d", "a-b; c=d"),
    ],
)
def test_no_part_becomes_a_formula_where_lines_are_divided_at_semicolons(text: str, expected: str) -> None:
    assert neutralise(text) == expected


def test_a_caller_who_names_itself_a_formula_does_not_run_in_the_spreadsheet(admin: Client) -> None:
    CdrFactory.create(src='=HYPERLINK("http://evil")')
    row = exported(admin, "billing:cdr_list")[1]
    assert '\'=HYPERLINK("http://evil")' in row


@pytest.mark.slow(seconds=0.3)
def test_a_caller_id_with_markup_is_shown_as_text(admin: Client) -> None:
    evil = '<script>alert(1)</script><img src=x hx-get="/x" onerror=alert(1)>'
    call = CdrFactory.create(src="<script>alert(1)</script>", caller_id=evil)
    cache.clear()  # the dashboard of another test is shown for some seconds
    for address in (reverse("billing:cdr_list"), call.get_absolute_url(), reverse("reports:dashboard")):
        text = admin.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_calls_show_once_and_every_attempt_on_request(admin: Client) -> None:
    CdrFactory.create(linkedid="L1", uniqueid="L1", is_last_attempt=False, src="11111")
    CdrFactory.create(linkedid="L1", uniqueid="L1b", is_last_attempt=True, attempt=2, src="22222")
    once, all_of_them = listed(admin, "billing:cdr_list"), listed(admin, "billing:cdr_list", attempts="all")
    assert "22222" in once
    assert "11111" not in once
    assert "11111" in all_of_them


def test_calls_are_summed_above_their_list(admin: Client) -> None:
    tariff = TariffFactory.create()
    made = CdrFactory.create(
        price="1.50", cost="1.00", margin="0.50", currency="BRL", cost_currency="BRL", tariff=tariff
    )
    mark_quarters([made.ended_at])
    count_changed_hours()
    assert reverse("reports:calls_totals") in listed(admin, "billing:cdr_list")
    text = listed(admin, "reports:calls_totals")
    assert "R$\u00a01.50" in text
    assert "R$\u00a00.50" in text


def test_a_tariff_below_its_cost_is_flagged(admin: Client) -> None:
    TariffFactory.create(name="Dear", cost_per_minute="0.50", price_per_minute="0.10")
    good = TariffFactory.create(name="Cheap")
    text = listed(admin, "billing:tariff_list")
    assert "Loss" in text
    assert good.name not in listed(admin, "billing:tariff_list", loss="yes")


def test_an_embedded_list_is_a_short_fragment_without_the_column_of_its_object(admin: Client) -> None:
    extension = ExtensionFactory.create()
    ExtensionFactory.create_batch(12, customer=extension.customer)
    query = {"embedded": "1", "customer": extension.customer.pk, "without": "customer"}
    text = listed(admin, "customers:extension_list", **query)
    assert "<html" not in text
    assert text.count('class="row-link') == 8
    assert extension.customer.name not in text


def test_numbers_of_a_customer_are_those_it_has_now(admin: Client) -> None:
    allocation, free = DIDAllocationFactory.create(), DIDFactory.create()
    text = listed(admin, "numbering:did_list", customer=allocation.customer.pk)
    assert allocation.did.number in text
    assert free.number not in text


def test_routes_of_a_gateway_are_listed_once(admin: Client) -> None:
    gateway = GatewayFactory.create()
    route = RouteFactory.create(gateways=[gateway, GatewayFactory.create()])
    assert listed(admin, "routing:route_list", gateway=gateway.pk).count(f">{route.name}<") == 1


@pytest.mark.slow(seconds=0.3)
def test_a_list_costs_as_many_queries_for_many_rows_as_for_few(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for customer in CustomerFactory.create_batch(20, type=CustomerType.TRUNK):
        TrunkAddressFactory.create_batch(2, customer=customer)
    # The first page of a session, and of each five minutes after it, notes that the session is used.
    listed(admin, CUSTOMERS)
    with django_assert_max_num_queries(12):
        listed(admin, CUSTOMERS)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"sort": "users__password"}, "cannot be ordered by “users__password”"),
        ({"page": "-1"}, "There is no page “-1”; this is the first."),
        ({"page": "900"}, "There is no page 900; this is the last."),
        ({"per_page": "100000"}, "A page has no “100000” rows"),
        ({"status": "asleep"}, "Status: Select a valid choice."),
        ({"q": "a\0b"}, "Search: Null characters are not allowed."),
    ],
)
def test_what_makes_no_sense_in_an_address_is_said_and_the_list_shown(
    admin: Client, query: dict[str, str], said: str
) -> None:
    customer = CustomerFactory.create()
    text = listed(admin, CUSTOMERS, **query)
    assert said in text
    assert customer.name in text


def test_of_two_filters_the_right_one_holds(admin: Client) -> None:
    kept, left = CustomerFactory.create(status=CustomerStatus.SUSPENDED), CustomerFactory.create()
    text = listed(admin, CUSTOMERS, status="suspended", type="nonsense")
    assert kept.name in text
    assert left.name not in text
    assert "This filter is left out." in text


def test_a_file_is_not_made_of_what_a_wrong_filter_leaves(admin: Client) -> None:
    CustomerFactory.create()
    response = admin.get(reverse(CUSTOMERS), {"status": "asleep", "export": "csv"})
    assert response["Content-Type"].startswith("text/html")
    assert "Status: Select a valid choice." in response.content.decode()


@pytest.mark.slow(seconds=0.3)
def test_rows_are_counted_up_to_a_bound(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "bound", 30)
    CustomerFactory.create_batch(30)
    assert "1–25 of 30" in listed(admin, CUSTOMERS)
    CustomerFactory.create()
    assert "26–30 of more than 30" in listed(admin, CUSTOMERS, page=2)
    assert "There is no page 3; this is the last." in listed(admin, CUSTOMERS, page=3)
