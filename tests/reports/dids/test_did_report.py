"""The DID report: which numbers, whose, where, since when, how silent, and what they bring."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.models import Direction
from numbering.models import DID, DIDAllocation, DIDStatus
from numbering.services import release_did
from reports.dids import page as did_page
from reports.dids.lines import DidLine, lines_of
from reports.dids.queries import DidFilters, did_rows, rents, with_lines
from reports.dids.summary import did_summary
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CdrFactory, CustomerFactory, DIDAllocationFactory, DIDFactory, ProviderFactory, UserFactory
from voipadmin.core.jobs.files import content_of
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job, JobStatus, OperatorRange
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15, pytest.mark.slow(seconds=1)]
# After all that a test makes.
NOW = timezone.now() + timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def viewer() -> User:
    user: User = UserFactory.create(role=Role.VIEWER)
    return user


def allocated(number: str, *, days: int = 10, price: str = "30", cost: str = "12.5", **values: Any) -> DIDAllocation:
    did = DIDFactory.create(number=number, status=DIDStatus.ALLOCATED, monthly_cost=Decimal(cost))
    made: DIDAllocation = DIDAllocationFactory.create(
        did=did, starts_at=NOW - days * DAY, monthly_price=Decimal(price), **values
    )
    return made


def rang(did: DID, *, days: float = 1, **values: Any) -> None:
    CdrFactory.create(
        did=did, direction=Direction.INBOUND, started_at=NOW - timedelta(days=days), **{"customer": None, **values}
    )


def lines(user: User, **filters: Any) -> dict[str, DidLine]:
    plan = current_plan()
    rows = with_lines(did_rows(user, DidFilters(**filters), plan=plan, now=NOW), user)
    return {line.number: line for line in lines_of(rows, user, plan, now=NOW)}


def test_a_line_says_whose_and_where_a_number_is_and_what_it_brings(viewer: User) -> None:
    OperatorRange.objects.create(
        kind="fixed", first=1140000000, last=1140009999, operator="Vivo", locality="São Paulo", area="11"
    )
    allocation = allocated("551140001000")
    rang(allocation.did, days=2, price="0.75", currency="BRL")
    rang(allocation.did, days=45)
    [line] = lines(viewer).values()
    assert (line.customer, line.provider) == (allocation.customer.code, allocation.did.provider.name)
    assert (line.area, line.city, line.held_days, line.idle_days) == ("11", "São Paulo", 10, 2)
    assert (line.calls, line.minutes, line.call_revenue) == (1, Decimal(1), Decimal("0.75"))
    assert (line.revenue, line.result, line.currency) == (Decimal("30.75"), Decimal("18.25"), "BRL")


def test_a_number_beyond_its_range_has_no_city(viewer: User) -> None:
    OperatorRange.objects.create(kind="fixed", first=1140000000, last=1140000999, operator="Vivo", locality="São Paulo")
    DIDFactory.create(number="551140001000")
    DIDFactory.create(number="351211234567")
    found = lines(viewer)
    assert [found[number].city for number in ("551140001000", "351211234567")] == ["", ""]
    assert [found[number].area for number in ("551140001000", "351211234567")] == ["11", ""]


def test_money_of_several_currencies_is_never_added(viewer: User) -> None:
    allocation = allocated("551140001000")
    rang(allocation.did, price="5", currency="USD")
    [line] = lines(viewer).values()
    assert (line.revenue, line.result) == (Decimal(30), None)
    dollars = DIDFactory.create(provider=ProviderFactory.create(currency="USD"), monthly_cost=Decimal(3))
    rows = did_rows(viewer, DidFilters(), plan=current_plan(), now=NOW)
    assert [(rent.currency, rent.paid, rent.earned) for rent in rents(rows, with_cost=True)] == [
        ("BRL", Decimal("12.5"), Decimal(30)),
        ("USD", Decimal(3), Decimal(0)),
    ]
    assert lines(viewer)[dollars.number].result is None


def test_a_number_is_unchanged_since_its_allocation_its_release_or_its_entry(viewer: User) -> None:
    held = allocated("551140001000", days=100)
    released = allocated("551140001001", days=90)
    DIDAllocation.objects.filter(pk=released.pk).update(ends_at=NOW - 40 * DAY)
    DID.objects.filter(pk=released.did_id).update(status=DIDStatus.FREE)
    fresh = DIDFactory.create(number="551140001002")
    found = lines(viewer)
    ages = [found[did.number].held_days for did in (held.did, released.did)]
    assert ages == [100, 40]
    assert found[fresh.number].held_days == 0
    assert set(lines(viewer, held_days=40)) == {held.did.number, released.did.number}
    summary = did_summary(did_rows(viewer, DidFilters(), plan=current_plan(), now=NOW), viewer, current_plan(), now=NOW)
    assert {span.least: counts for span, counts in summary.ages if counts} == {
        0: {"free": 1}, 30: {"free": 1}, 90: {"allocated": 1},
    }  # fmt: skip


def test_silence_counts_from_the_last_call(viewer: User) -> None:
    silent, heard = allocated("551140001000", days=400), allocated("551140001001", days=400)
    rang(silent.did, days=60)
    rang(heard.did, days=3)
    found = lines(viewer)
    assert (found[silent.did.number].idle_days, found[heard.did.number].idle_days) == (60, 3)
    assert set(lines(viewer, idle_days=30)) == {silent.did.number}
    summary = did_summary(did_rows(viewer, DidFilters(), plan=current_plan(), now=NOW), viewer, current_plan(), now=NOW)
    assert summary.silent == 1


def test_each_filter_keeps_what_fits(viewer: User) -> None:
    OperatorRange.objects.create(kind="fixed", first=2140000000, last=2140009999, operator="Oi", locality="Rio")
    sao_paulo, rio = allocated("551140001000"), allocated("552140001000")
    release_did(did=rio.did)
    asked: dict[str, Any] = {
        "number": "552140", "status": "quarantined", "provider_id": rio.did.provider_id, "area": "21", "city": "rio",
    }  # fmt: skip
    for name, value in asked.items():
        assert set(lines(viewer, **{name: value})) == {"552140001000"}, name
    assert set(lines(viewer, customer_id=sao_paulo.customer_id)) == {"551140001000"}
    assert lines(viewer, customer_id=rio.customer_id) == {}
    assert lines(viewer)["552140001000"].quarantined_until is not None


def test_the_sums_are_those_of_the_filtered_numbers(viewer: User) -> None:
    allocation = allocated("551140001000")
    DIDFactory.create(number="552140001000")
    plan = current_plan()
    every = did_summary(did_rows(viewer, DidFilters(), plan=plan, now=NOW), viewer, plan, now=NOW)
    assert (every.numbers, {part.value: part.numbers for part in every.areas}) == (2, {"11": 1, "21": 1})
    assert [(part.value, part.numbers) for part in every.customers] == [(str(allocation.customer_id), 1)]
    some = did_summary(did_rows(viewer, DidFilters(area="21"), plan=plan, now=NOW), viewer, plan, now=NOW)
    assert (some.numbers, some.customers) == (1, [])
    assert [part.numbers for part in some.statuses if part.value == "free"] == [1]


def test_a_customer_sees_its_own_numbers_and_no_carrier_and_no_cost() -> None:
    own, foreign = allocated("551140001000"), allocated("551140001001")
    account_of(own.customer)
    client = client_of(Role.CUSTOMER, customers=[own.customer])
    rang(own.did, customer=own.customer)
    rang(own.did, days=0.5)  # of the one who had it before
    body = client.get("/reports/dids").json()
    [item] = body["items"]
    assert (item["number"], item["monthly_price"], item["calls"]) == (own.did.number, "30.00", 1)
    assert {item[name] for name in ("provider_id", "provider", "monthly_cost", "cost_currency", "result")} == {None}
    assert body["totals"]["providers"] == []
    assert [(rent["paid"], rent["earned"]) for rent in body["totals"]["rents"]] == [(None, "30.00")]
    assert foreign.did.number not in str(body)
    problem(client.get(f"/reports/dids?provider_id={own.did.provider_id}"), 422)
    # The cursor has the value by which the page ends.
    problem(client.get("/reports/dids?ordering=-monthly_cost&limit=1"), 422)


def test_the_api_pages_and_refuses_what_makes_no_sense() -> None:
    for number in range(3):
        DIDFactory.create(number=f"55114000100{number}", monthly_cost=Decimal(number))
    client = client_of(Role.VIEWER)
    first = client.get("/reports/dids?limit=2&ordering=-monthly_cost").json()
    assert [item["number"][-1] for item in first["items"]] == ["2", "1"]
    rest = client.get(f"/reports/dids?limit=2&ordering=-monthly_cost&cursor={first['next_cursor']}").json()
    assert ([item["number"][-1] for item in rest["items"]], rest["totals"], rest["next_cursor"]) == (["0"], None, None)
    for wrong in ("status=gone", "idle_days=0", "area=1x", "colour=red"):
        problem(client.get(f"/reports/dids?{wrong}"), 422)


def page_of(client: Client, **query: Any) -> str:
    return client.get(reverse("reports:dids"), query).content.decode()


def signed_in(role: str, **attributes: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=role, **attributes), backend="voipadmin.users.backends.RoleBackend")
    return client


def test_the_page_shows_lines_sums_and_what_is_wrong_with_a_filter() -> None:
    client = signed_in(Role.VIEWER)
    allocated("551140001000", price="5", cost="12.5")
    text = page_of(client)
    assert "551140001000" in text
    assert "-R$\xa07.50" in text
    assert "text-bad" in text
    assert "idle_days=30" in text
    wrong = page_of(client, idle_days="many", area="x")
    assert "Enter a whole number." in wrong
    assert "551140001000" in wrong
    assert "551140001000" not in page_of(client, area="21")


def test_a_customers_page_names_no_provider_and_no_cost() -> None:
    own = allocated("551140001000", cost="12.3456")
    text = page_of(signed_in(Role.CUSTOMER, customers=[own.customer]))
    assert "551140001000" in text
    for told in (own.did.provider.name, "12.35", "Rent paid", "Margin"):
        assert told not in text


def test_the_export_holds_all_lines_and_is_in_the_changelog() -> None:
    for number in range(60):
        DIDFactory.create(number=f"5511400010{number:02}")
    client = signed_in(Role.VIEWER)
    response: Any = client.get(reverse("reports:dids"), {"export": "csv-machine"})
    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 61
    assert rows[1].startswith("551140001000,")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auditlog_logentry WHERE changes->'download' IS NOT NULL")
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize("form", ["csv-machine", "xlsx"])
def test_a_large_file_is_made_by_a_job(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(did_page, "LARGEST_SENT", 3)
    for number in range(5):
        DIDFactory.create(number=f"55114000100{number}")
    client = signed_in(Role.VIEWER)
    answer = client.get(reverse("reports:dids"), {"export": form, "number": "40001", "sort": "-number"})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    run_job(job)
    job.refresh_from_db()
    assert (job.status, job.result["rows"]) == (JobStatus.DONE, 5), job.error
    file = job.files.get()
    assert (file.permission, file.is_of_all_customers) == ("numbering.view_did", True)
    told: Any = LogEntry.objects.filter(additional_data__event="download").get()
    assert (told.actor.username, told.changes_dict["rows"][1]) == (job.actor, "5")
    if form == "xlsx":
        assert content_of(file).startswith(b"PK")
        return
    lines = content_of(file).decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == [f"55114000100{at}" for at in (4, 3, 2, 1, 0)]


def test_the_page_costs_as_many_queries_for_fifty_numbers_as_for_one() -> None:
    client = signed_in(Role.VIEWER)
    page_of(client)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client)
        return len(captured)

    allocated("551140001000")
    one = queries()
    for number in range(1, 50):
        allocated(f"5511400010{number:02}", customer=CustomerFactory.create())
    assert queries() == one
    assert one <= 25


def test_the_api_costs_as_many_queries_for_fifty_numbers_as_for_one(viewer: User) -> None:
    client = ApiClient(viewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/reports/dids")
        return len(captured)

    allocated("551140001000")
    one = queries()
    for number in range(1, 50):
        allocated(f"5511400010{number:02}", customer=CustomerFactory.create())
    assert queries() == one
