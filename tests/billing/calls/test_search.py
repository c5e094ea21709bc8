"""Calls are found and paged through by a place in their order, whatever is asked."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.search import paging
from billing.cdrs.search.numbers import NumberSearch, looks_like_number, spellings_of
from billing.cdrs.search.orders import Order, order_of
from billing.cdrs.search.paging import CallSearch, page_of_calls
from billing.cdrs.search.places import Place, place_of
from billing.models import Cdr
from reports.calls.totals import totals_of
from reports.rollups.counting import count_changed_hours
from reports.rollups.days import sum_up_days
from reports.rollups.marking import mark_quarters
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.users import UserFactory
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    return client


def listed(client: Client, **query: str) -> str:
    with translation.override("en"):
        return client.get(reverse("billing:cdr_list"), query, headers={"accept-language": "en"}).content.decode()


def turned(client: Client, query: str) -> str:
    """Return the page that a link of the pager leads to."""
    address = f"{reverse('billing:cdr_list')}?{query}"
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def callers(text: str) -> list[str]:
    """Return who called, row by row: the callers of these tests begin with 77."""
    return re.findall(r"/numbers/(77\d{3})/", text.rsplit("<tbody>", maxsplit=1)[-1]) if "<tbody>" in text else []


def link(text: str, label: str) -> str:
    """Return the query of a link of the pager."""
    found = re.search(rf'href="[^"?]*\?([^"]*)"[^>]*aria-label="{label}"', text)
    return found.group(1).replace("&amp;", "&") if found else ""


def call(place: int, **values: Any) -> Cdr:
    moment = NOON - timedelta(minutes=place)
    made: Cdr = CdrFactory.create(
        src=f"77{place:03}", started_at=moment, answered_at=moment, ended_at=moment + timedelta(seconds=30), **values
    )
    return made


def filters_of(query: str, user: User) -> CdrFilterSet:
    request = HttpRequest()
    request.user = user
    return CdrFilterSet(QueryDict(query), queryset=Cdr.objects.visible_to(user), request=request)


def together(pages: list[list[str]]) -> list[str]:
    return [caller for page in pages for caller in page]


def walk(client: Client, **query: str) -> list[list[str]]:
    """Return the callers of each page, to the last and, as it must be the same, back to the first."""
    pages = [listed(client, **query)]
    while following := link(pages[-1], "Next page"):
        pages.append(turned(client, following))
    there = [callers(page) for page in pages]
    back, text = [there[-1]], pages[-1]
    while previous := link(text, "Previous page"):
        text = turned(client, previous)
        back.insert(0, callers(text))
    assert back == there
    return there


def test_the_pages_hold_every_call_once_and_lead_back_the_same_way(operator: Client) -> None:
    for place in range(60):
        call(place % 30)  # two of each moment
    pages = walk(operator)
    assert [len(page) for page in pages] == [25, 25, 10]
    assert sorted(together(pages)) == sorted(f"77{place:03}" for place in range(30) for _ in range(2))
    assert together(pages) == sorted(together(pages))


def test_a_call_that_comes_meanwhile_moves_no_page(operator: Client) -> None:
    for place in range(40):
        call(place)
    first = listed(operator)
    call(0, dst="5511900000000")
    second = turned(operator, link(first, "Next page"))
    assert callers(second) == [f"77{place:03}" for place in range(25, 40)]


def test_a_filter_that_no_index_serves_is_paged_through_without_a_gap(operator: Client) -> None:
    for place in range(0, 60, 2):
        call(place, cause=21)
        call(place + 1, cause=16)
    call(500, cause=21, node_name="far")
    Cdr.objects.filter(node_name="far").update(started_at=NOON - timedelta(days=1))
    pages = walk(operator, cause="21")
    assert together(pages)[:30] == [f"77{place:03}" for place in range(0, 60, 2)]
    assert len(together(pages)) == 31


def test_a_long_search_stops_and_goes_on_with_the_next_page(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # I23
    call(0, cause=16)
    old = call(1, cause=102)
    moment = NOON - timedelta(days=20)
    Cdr.objects.filter(pk=old.pk).update(started_at=moment, ended_at=moment)
    monkeypatch.setattr(paging, "SECONDS", -1)
    text = listed(operator, cause="102")
    assert "None so far" in text
    seen = 0
    while not callers(text):
        following = link(text, "Next page")
        assert "Looked as far as" in text
        text = turned(operator, following)
        seen += 1
    assert callers(text) == ["77001"]
    assert 1 <= seen <= 4


@pytest.mark.parametrize(
    "written", ["5511987654321", "+55 11 98765-4321", "011 98765 4321", "(11) 98765-4321", "11987654321", "551198"]
)
def test_a_number_is_found_however_it_is_written(operator: Client, written: str) -> None:
    call(1, called_number="5511987654321", dst="011987654321")
    call(2, called_number="", dialled="5511987654321", dst="011987654321")
    call(3, called_number="5511333344445")
    for name in ("q", "called"):
        assert callers(listed(operator, **{name: written})) == ["77001", "77002"]
    assert callers(listed(operator, caller=written)) == []


def test_digits_are_looked_for_exactly_or_anywhere_on_request(operator: Client) -> None:
    call(1, called_number="5511987654321")
    call(2, called_number="55119876543210")
    assert callers(listed(operator, q="5511987654321", match="exact")) == ["77001"]
    assert callers(listed(operator, q="87654", match="contains")) == ["77001", "77002"]
    assert callers(listed(operator, q="87654")) == []
    assert callers(listed(operator, called="43210", match="ends")) == ["77002"]
    assert callers(listed(operator, q="()", match="contains")) == []


def test_the_caller_is_found_although_another_number_was_shown(operator: Client) -> None:
    call(1, caller="1001")
    call(2)
    assert "/numbers/1001/" in listed(operator, caller="1001")
    assert callers(listed(operator, caller="1001")) == []
    assert callers(listed(operator, q="77002")) == ["77002"]


def test_calls_from_and_to_an_extension_are_those_of_its_sip_account(operator: Client) -> None:
    # I19
    extension = ExtensionFactory.create()
    ours, other = f"PJSIP/{extension.sip_username}-00000001", "PJSIP/GW_Vivo-00000002"
    call(1, customer=extension.customer, channel=ours, destination_channel=other)
    call(2, customer=extension.customer, channel=other, destination_channel=ours)
    call(3, customer=extension.customer, channel=other)
    assert callers(listed(operator, extension=str(extension.pk))) == ["77001", "77002"]


def test_several_conditions_narrow_together(operator: Client) -> None:
    customer = CustomerFactory.create()
    call(1, customer=customer, called_number="5511987654321", billable_seconds=10)
    call(2, customer=customer, called_number="5511987654321", billable_seconds=100)
    call(3, called_number="5511987654321", billable_seconds=100)
    query = {"called": "551198", "caller": "77", "customer": str(customer.pk), "seconds_from": "50"}
    assert callers(listed(operator, **query)) == ["77002"]


def test_amounts_are_ordered_within_days_with_the_unpriced_last(operator: Client) -> None:
    recent = timezone.now() - timedelta(hours=1)
    for place, price in enumerate(("1", "3", None, "2")):
        made = call(place, price=Decimal(price) if price else None, tariff=None)
        Cdr.objects.filter(pk=made.pk).update(started_at=recent, ended_at=recent)
    call(9, price=Decimal(9))
    Cdr.objects.filter(src="77009").update(started_at=recent - timedelta(days=20), ended_at=recent - timedelta(days=20))
    text = listed(operator, sort="-price")
    assert callers(text) == ["77001", "77003", "77000", "77002"]
    assert "In this order since" in text
    since = f"{recent - timedelta(days=25):%Y-%m-%d}"
    assert callers(listed(operator, sort="-price", since=since))[0] == "77009"
    assert walk(operator, sort="price", per_page="25") == [["77002", "77000", "77003", "77001"]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"cursor": "made-up"}, "The address names no place in this list; this is the first page."),
        ({"cursor": Place(NOON, None).to_text(Order("price"))}, "The address names no place in this list"),
        ({"sort": "secret"}, "This list cannot be ordered by “secret”"),
        ({"sort": "src"}, "This list cannot be ordered by “src”"),
        ({"page": "9999999"}, ""),
        ({"per_page": "7"}, "A page has no “7” rows"),
    ],
)
def test_an_address_that_makes_no_sense_says_so_and_shows_the_list(
    operator: Client, query: dict[str, str], said: str
) -> None:
    call(1)
    text = listed(operator, **query)
    assert callers(text) == ["77001"]
    assert said in text


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"price_from": "much"}, {"cause": "1e99"}, {"match": "nearly"}, {"customer": "x"}]
)
def test_a_filter_that_makes_no_sense_is_named_and_left_out(operator: Client, query: dict[str, str]) -> None:
    call(1)
    text = listed(operator, **query)
    assert callers(text) == ["77001"]
    assert "This filter is left out." in text
    assert operator.get(reverse("reports:calls_totals"), query).status_code == 200
    assert callers(listed(operator, embedded="1", **query)) == []


def test_a_customer_cannot_order_or_filter_by_what_it_does_not_see(client: Client) -> None:
    customer = CustomerFactory.create()
    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[customer]))
    call(1, customer=customer, cost=Decimal(5))
    call(2, customer=customer, cost=Decimal(1))
    call(3)
    assert callers(listed(client, sort="-cost")) == ["77001", "77002"]
    assert callers(listed(client, sort="cost", cost_from="3", margin_to="0", provider="x")) == ["77001", "77002"]


def test_a_page_of_calls_takes_the_same_queries_however_many_there_are(operator: Client) -> None:
    def queries(**query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            listed(operator, **query)
        assert not [query for query in captured.captured_queries if "COUNT(*)" in query["sql"].upper()]
        return len(captured)

    for place in range(3):
        call(place)
    kinds: list[dict[str, str]] = [{}, {"q": "77"}, {"cause": "16"}, {"sort": "-price"}, {"embedded": "1"}]
    listed(operator)  # what is read once a process
    few = [queries(**kind) for kind in kinds]
    for place in range(3, 60):
        call(place)
    assert [queries(**kind) for kind in kinds] == few
    assert max(few) <= 14


@pytest.mark.parametrize(
    ("query", "columns"),
    [("q=55119", ("called_number", "src")), ("caller=77", ("src",)), ("customer=", ("customer_id",))],
)
def test_numbers_and_customers_are_found_by_an_index_in_the_order_of_time(query: str, columns: tuple[str, ...]) -> None:
    made = call(1, customer=CustomerFactory.create())
    query = query.replace("customer=", f"customer={made.customer_id}")
    search = filters_of(query, UserFactory.create(role=Role.OPERATOR)).search_for()
    assert search.is_served
    with CaptureQueriesContext(connection) as captured:
        page_of_calls(search, 25)
    with connection.cursor() as cursor:
        # The table of a test is so small that it would be read whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {captured.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    for column in columns:
        assert re.search(rf"Index Scan using \w*{column}_started_at_idx", plan), plan


def test_the_sums_of_what_no_roll_up_tells_are_those_of_the_newest_calls(operator: Client) -> None:
    for place in range(3):
        call(place, billable_seconds=60, called_number="5511987654321")
    with translation.override("en"):
        text = operator.get(reverse("reports:calls_totals"), {"q": "551198"}, headers={"accept-language": "en"})
    assert b"<b>3</b> calls" in text.content
    assert b"3.0" in text.content


def test_the_sums_of_summed_days_and_of_the_hours_beside_them_are_those_of_the_calls() -> None:
    customer = CustomerFactory.create()
    for place in range(0, 5 * 1440, 1440):
        call(place, customer=customer, billable_seconds=60, direction="outbound")
        call(place + 1, billable_seconds=120, direction="inbound")
    mark_quarters(Cdr.objects.values_list("ended_at", flat=True))
    count_changed_hours()
    user = UserFactory.create(role=Role.OPERATOR)
    days = "since=2026-11-01&until=2026-11-30"
    expected = {days: 10, f"{days}&customer={customer.pk}": 5, f"{days}&direction=inbound": 5,
                f"{days}&customer={customer.pk}&direction=inbound": 0}  # fmt: skip
    for _times in range(2):
        for query, calls in expected.items():
            found = totals_of(filters_of(query, user), user, NOON + timedelta(days=1))
            assert (found.totals.calls, found.is_partial) == (calls, False), query
        assert sum_up_days(NOON + timedelta(days=1)) in {0, 5}
    own = UserFactory.create(role=Role.CUSTOMER, customers=[customer])
    found = totals_of(filters_of(days, own), own, NOON + timedelta(days=1))
    assert (found.totals.calls, found.totals.talk_seconds) == (5, Decimal(300))


def test_filters_that_are_seldom_wanted_are_folded_away_unless_one_of_them_holds(operator: Client) -> None:
    assert '<details class="list-rest">' in listed(operator, called="5511")
    assert '<details class="list-rest" open>' in listed(operator, cause="16")


def test_what_the_list_filters_can_be_mailed_regularly(operator: Client) -> None:
    customer = CustomerFactory.create()
    query = {"customer": str(customer.pk), "called": "55 11", "cursor": "x", "columns": "started_at"}
    text = operator.get(reverse("reports:calls_totals"), query).content.decode()
    address = re.search(rf'href="({reverse("reports:reportschedule_create")}[^"]*)"', text)
    assert address is not None
    form = operator.get(address.group(1).replace("&amp;", "&")).context["form"]
    assert form["report"].value() == "calls"
    assert QueryDict(form["query"].value()).dict() == {"customer": str(customer.pk), "called": "55 11"}


@given(st.text(alphabet="0123456789+ ()-./", min_size=1, max_size=20))
def test_whatever_looks_like_a_number_has_its_digits_among_its_spellings(text: str) -> None:
    if looks_like_number(text):
        spellings = spellings_of(text, current_plan())
        assert NumberSearch(text).digits.removeprefix("+") in spellings
        assert all(spelling.isdigit() for spelling in spellings)


@given(st.sampled_from(["-started_at", "started_at", "-price", "margin", "nothing", "", "-"]), st.text(max_size=40))
def test_no_text_of_an_address_names_a_place(sort: str, text: str) -> None:
    assert place_of(text, order_of([sort])) is None


def test_an_empty_table_has_an_empty_page() -> None:
    for search in (CallSearch(Cdr.objects.calls()), CallSearch(Cdr.objects.calls(), is_served=False)):
        page = page_of_calls(search, 25)
        assert (page.keys, page.newer, page.older) == ([], None, None)
