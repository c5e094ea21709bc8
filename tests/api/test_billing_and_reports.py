"""Tariffs, the report of calls and the dashboard through the API."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Cdr, Direction, Disposition, Tariff
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, NodeFactory, TariffFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
MONEY = {"price": Decimal("0.100000"), "currency": "BRL", "cost": Decimal("0.030000"), "cost_currency": "BRL"}


@pytest.fixture
def finance(db: None) -> ApiClient:
    return client_of(Role.FINANCE)


def _priced(**attributes: Any) -> Cdr:
    return CdrFactory.create(tariff=TariffFactory.create(), margin=Decimal("0.070000"), **MONEY, **attributes)


def test_a_tariff_needs_a_pattern_and_its_two_amounts(finance: ApiClient) -> None:
    body = {"pattern": "5511", "cost_per_minute": "0.030000", "price_per_minute": "0.080000"}
    shown = finance.post("/tariffs/", body).json()
    assert {name: shown[name] for name in body} == body
    assert (shown["name"], shown["currency"]) == ("5511", "BRL")


def test_a_tariff_says_whether_it_is_for_numbers_or_for_codes(finance: ApiClient) -> None:
    prices = [{"pattern": "190", "matches": matches, "price_per_minute": "0.08"} for matches in ("number", "code")]
    assert [finance.post("/tariffs/", body).json()["matches"] for body in prices] == ["number", "code"]
    (code,) = finance.get("/tariffs/?matches=code").json()["items"]
    assert code["pattern"] == "190"
    assert problem(finance.post("/tariffs/", prices[0] | {"pattern": "0800"}), 422)["field"] == "pattern"


@pytest.mark.parametrize(
    ("pattern", "readings"),
    [("190", ["numbers of the world (+190", "codes of the country (190)"]),
     ("_ZZ9XXXXXXXX", ["numbers of the world (+", "numbers of the country (+55", "written _55ZZ9XXXXXXXX"])],
)  # fmt: skip
@pytest.mark.slow(seconds=0.3)
def test_a_pattern_that_could_be_several_things_is_refused_with_all_of_them(
    finance: ApiClient, pattern: str, readings: list[str]
) -> None:
    body = {"pattern": pattern, "price_per_minute": "0.08"}
    refusal = problem(finance.post("/tariffs/", body, **{"Accept-Language": "en"}), 422)
    assert refusal["field"] == "matches"
    assert all(reading in refusal["detail"] for reading in readings)
    assert not Tariff.objects.exists()
    assert finance.post("/tariffs/", body | {"matches": "number"}).json()["pattern"] == pattern


@pytest.mark.slow(seconds=0.3)
def test_a_pattern_that_is_one_thing_need_not_say_what_it_is_for(finance: ApiClient) -> None:
    shown = [
        finance.post("/tariffs/", {"pattern": pattern, "price_per_minute": "0.08"}).json()
        for pattern in ("4004", "55800", "5511")
    ]
    assert [(tariff["pattern"], tariff["matches"]) for tariff in shown] == [
        ("4004", "code"), ("0800", "code"), ("5511", "number"),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.slow(seconds=0.3)
def test_a_changed_tariff_stays_what_it_is_for_while_its_pattern_does(finance: ApiClient, method: str) -> None:
    tariff = TariffFactory.create(pattern="190", matches="code")
    body = {"pattern": "190", "price_per_minute": "0.09"}
    send = getattr(finance, method)
    assert send(f"/tariffs/{tariff.pk}", body).json()["matches"] == "code"
    assert problem(send(f"/tariffs/{tariff.pk}", body | {"pattern": "192"}), 422)["field"] == "matches"
    assert send(f"/tariffs/{tariff.pk}", body | {"pattern": "192", "matches": "number"}).json()["matches"] == "number"
    assert send(f"/tariffs/{tariff.pk}", body | {"pattern": "4004"}).json()["matches"] == "code"


def test_a_tariff_is_changed_in_part_without_saying_what_it_is_for(finance: ApiClient) -> None:
    tariff = TariffFactory.create(pattern="190", matches="code")
    assert finance.patch(f"/tariffs/{tariff.pk}", {"price_per_minute": "0.2"}).json()["matches"] == "code"


def test_a_tariff_without_a_name_is_named_after_its_pattern(finance: ApiClient) -> None:
    shown = finance.post("/tariffs/", {"pattern": "_55[2-5]X.", "price_per_minute": "0.08"}).json()
    assert shown["name"] == "55(2-5)X."


def test_amounts_are_exact(finance: ApiClient) -> None:
    shown = finance.post("/tariffs/", {"pattern": "5511", "price_per_minute": 0.1}).json()
    assert shown["price_per_minute"] == "0.100000"
    assert Tariff.objects.get().price_per_minute == Decimal("0.100000")


@pytest.mark.parametrize("price", ["-0.01", "0.0000001", "1e9", "NaN", "Infinity", "ten", None, True])
def test_an_amount_that_is_none_is_refused(finance: ApiClient, price: Any) -> None:
    body = {"pattern": "5511", "price_per_minute": price}
    assert problem(finance.post("/tariffs/", body), 422)["field"] == "price_per_minute"


def test_a_replaced_tariff_keeps_the_moment_from_which_it_counts(finance: ApiClient) -> None:
    tariff = TariffFactory.create()
    body = {"pattern": tariff.pattern, "price_per_minute": "0.09"}
    finance.put(f"/tariffs/{tariff.pk}", body)
    assert Tariff.objects.get().effective_from == tariff.effective_from


@pytest.mark.parametrize("moment", ["2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "now"])
def test_a_moment_has_its_zone_and_is_within_reach(finance: ApiClient, moment: str) -> None:
    body = {"pattern": "5511", "price_per_minute": "0.09", "effective_from": moment}
    assert problem(finance.post("/tariffs/", body), 422)["field"] == "effective_from"


def test_two_tariffs_of_a_pattern_from_one_moment_are_refused(finance: ApiClient) -> None:
    tariff = TariffFactory.create()
    body = {"pattern": tariff.pattern, "price_per_minute": "1", "effective_from": tariff.effective_from.isoformat()}
    assert problem(finance.post("/tariffs/", body), 422)["code"] == "unique"


def test_a_tariff_that_ends_before_it_begins_is_refused(finance: ApiClient) -> None:
    body = {
        "pattern": "5511",
        "price_per_minute": "1",
        "effective_from": "2026-02-01T00:00:00Z",
        "effective_until": "2026-01-01T00:00:00Z",
    }
    assert "errors" in problem(finance.post("/tariffs/", body), 422)
    assert not Tariff.objects.exists()


def test_a_tariff_that_priced_calls_is_not_deleted(finance: ApiClient) -> None:
    record = _priced()
    assert problem(finance.delete(f"/tariffs/{record.tariff_id}"), 409)["code"] == "in_use"


def test_tariffs_are_found_by_the_moment(finance: ApiClient) -> None:
    now = timezone.now()
    TariffFactory.create(effective_until=now - timedelta(days=1))
    current = TariffFactory.create()
    moment = now.isoformat().replace("+00:00", "Z")
    listed = finance.get(f"/tariffs/?effective_at={moment}").json()["items"]
    assert [row["id"] for row in listed] == [str(current.pk)]


def test_a_call_shows_who_when_how_long_and_for_how_much(finance: ApiClient) -> None:
    record = _priced(duration_seconds=Decimal("65.250000"), billable_seconds=Decimal("60.125000"))
    (shown,) = finance.get("/reports/cdr").json()["items"]
    assert (shown["src"], shown["dst"]) == (record.src, record.dst)
    assert (shown["duration"], shown["billsec"]) == (65.25, 60.125)
    assert (shown["price"], shown["cost"], shown["margin"]) == ("0.100000", "0.030000", "0.070000")


def test_the_sums_are_of_all_calls_and_not_of_the_page(finance: ApiClient) -> None:
    for _n in range(3):
        _priced()
    CdrFactory.create(disposition=Disposition.BUSY, billable_seconds=0)
    page = finance.get("/reports/cdr?limit=2").json()
    totals = page["totals"]
    assert (totals["calls"], totals["answered"], totals["asr_percent"]) == (4, 3, 75.0)
    assert (totals["talk_seconds"], totals["minutes"]) == (180.0, 3.0)
    assert totals["money"] == [
        {"currency": "BRL", "revenue": "0.300000", "cost": "0.090000", "margin": "0.210000", "margin_percent": 70.0}
    ]
    following = finance.get(f"/reports/cdr?limit=2&cursor={page['next_cursor']}").json()
    assert (len(following["items"]), following["totals"]) == (2, None)


@pytest.mark.slow(seconds=0.3)
def test_calls_are_found_by_their_facts(finance: ApiClient) -> None:
    now = timezone.now()
    gateway, customer = GatewayFactory.create(), CustomerFactory.create()
    wanted = CdrFactory.create(
        gateway=gateway,
        customer=customer,
        direction=Direction.OUTBOUND,
        src="1001",
        dst="5521999990000",
        started_at=now - timedelta(days=2),
    )
    CdrFactory.create(direction=Direction.INBOUND, disposition=Disposition.BUSY)
    before = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query in (
        f"gateway_id={gateway.pk}",
        f"customer_id={customer.pk}",
        "direction=outbound",
        "disposition=ANSWERED",
        "number=552199999",
        f"started_before={before}",
    ):
        found = finance.get(f"/reports/cdr?{query}").json()
        assert [row["id"] for row in found["items"]] == [str(wanted.pk)], query
        assert found["totals"]["calls"] == 1


def test_attempts_are_shown_when_they_are_asked_for(finance: ApiClient) -> None:
    CdrFactory.create(is_last_attempt=False, disposition=Disposition.FAILED, billable_seconds=0)
    CdrFactory.create(attempt=2)
    assert len(finance.get("/reports/cdr").json()["items"]) == 1
    assert len(finance.get("/reports/cdr?with_attempts=true").json()["items"]) == 2


def test_a_customer_sees_its_calls_and_their_price_but_no_cost() -> None:
    customer = CustomerFactory.create()
    record = _priced(customer=customer, gateway=GatewayFactory.create())
    _priced(customer=CustomerFactory.create())
    own = client_of(Role.CUSTOMER, customers=[customer])
    report = own.get("/reports/cdr").json()
    (shown,) = report["items"]
    assert (shown["id"], shown["price"]) == (str(record.pk), "0.100000")
    assert {shown[name] for name in ("cost", "margin", "gateway_id", "tariff_id", "node_name")} == {None}
    (money,) = report["totals"]["money"]
    assert (money["revenue"], money["cost"], money["margin"]) == ("0.100000", None, None)
    for hidden in (f"gateway_id={record.gateway_id}", "loss_making=true"):
        assert problem(own.get(f"/reports/cdr?{hidden}"), 422)["code"] == "unknown_parameter"


def test_the_day_so_far_is_summed_up(finance: ApiClient) -> None:
    node = NodeFactory.create()
    _priced()
    stats = finance.get("/dashboard/stats").json()
    assert stats["nodes"] == [{"id": str(node.pk), "name": node.name, "state": "pending", "reachable": False}]
    assert (stats["calls_up"], stats["gateways"]) == (None, [])
    assert stats["revenue"] in {"0.100000", "0"}  # a call that began before midnight is of the day before
    assert len(stats["hours"]) == 24


def test_a_customers_day_has_no_cost_and_no_nodes() -> None:
    customer = CustomerFactory.create()
    NodeFactory.create()
    _priced(customer=customer)
    stats = client_of(Role.CUSTOMER, customers=[customer]).get("/dashboard/stats").json()
    assert (stats["cost"], stats["margin"], stats["nodes"]) == (None, None, [])
    assert all(money["cost"] is None for money in stats["money"])
