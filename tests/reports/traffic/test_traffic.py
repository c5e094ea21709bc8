"""Margin and quality: every cut adds up to the records, stands beside last week, and leads deeper."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.accounts.periods import Period, day_of, start_of
from billing.cdrs.queries import CdrFilters
from billing.models import Cdr, Direction, Disposition
from reports.cdr_report import cdr_report
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from reports.traffic.addresses import deeper_address
from reports.traffic.cuts import CUTS, Part
from reports.traffic.filters import TrafficFilters
from reports.traffic.form import TrafficForm
from reports.traffic.heat import heat_map
from reports.traffic.lines import TrafficLine, lines_by
from reports.traffic.sums import TrafficSums, total_of
from tests.api.client import client_of, problem
from tests.factories import CdrFactory, CustomerFactory, GatewayFactory, RouteFactory, TariffFactory, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15, pytest.mark.slow(seconds=1)]
TODAY = day_of(timezone.now())
# Noon of the second last day: every hour near it is over.
AT = start_of(TODAY - timedelta(days=2)) + timedelta(hours=12)
WEEK = TrafficFilters(start_of(TODAY - timedelta(days=6)), start_of(TODAY + timedelta(days=1)))
WEEKS = timedelta(days=7)


def sold(price: str = "0.50", cost: str = "0.20", *, at: datetime = AT, **values: Any) -> Cdr:
    """Make an answered outgoing attempt of a minute that ended at a moment, with its money in reais."""
    values = {"currency": "BRL", "cost_currency": "BRL", "cause": 16, **values}
    same = values["currency"] == values["cost_currency"]
    margin = Decimal(price) - Decimal(cost) if same else None
    return CdrFactory.create(
        started_at=at - timedelta(seconds=65), direction=Direction.OUTBOUND, destination_channel="PJSIP/x-1",
        price=Decimal(price), cost=Decimal(cost), margin=margin, **values,
    )  # fmt: skip


def failed(*, at: datetime = AT, **values: Any) -> Cdr:
    values = {"disposition": Disposition.CONGESTION, "cause": 34, **values}
    return CdrFactory.create(
        started_at=at - timedelta(seconds=65), direction=Direction.OUTBOUND, billable_seconds=0,
        destination_channel="PJSIP/x-1", **values,
    )  # fmt: skip


def counted() -> None:
    mark_quarters(Cdr.objects.values_list("ended_at", flat=True))
    count_changed_hours()


def lines(cut: str, filters: TrafficFilters = WEEK, currency: str = "BRL", **options: Any) -> dict[str, TrafficLine]:
    return {line.part.name: line for line in lines_by(CUTS[cut], filters, currency, **options)}


@pytest.fixture
def traffic() -> dict[str, Any]:
    """Make calls of two customers over two gateways, this week and the one before."""
    gateways = GatewayFactory.create(name="GW_A"), GatewayFactory.create(name="GW_B")
    route = RouteFactory.create(name="Mobile", gateways=list(gateways))
    tariffs = [TariffFactory.create(name=name) for name in ("São Paulo", "São Paulo", "Rio")]
    customers = CustomerFactory.create(code="ACME"), CustomerFactory.create(code="ZETA")
    shared: dict[str, Any] = {"route": route, "called_country": "BR", "matched_pattern": "5511", "billed_seconds": 60}
    sold(customer=customers[0], gateway=gateways[0], tariff=tariffs[0], **shared)
    sold(
        "0.10",
        "0.30",
        customer=customers[0],
        gateway=gateways[1],
        tariff=tariffs[1],
        at=AT + timedelta(hours=1),
        **shared,
    )
    sold("1", "0.25", customer=customers[1], gateway=gateways[1], tariff=tariffs[2], src="+12125551234", **shared)
    failed(customer=customers[1], gateway=gateways[0], route=route, is_last_attempt=False)
    sold("2", "1", customer=customers[1], gateway=gateways[0], tariff=tariffs[0], at=AT - WEEKS, **shared)
    counted()
    return {"gateways": gateways, "customers": customers, "route": route, "tariffs": tariffs}


def test_every_cut_adds_up_to_the_report_of_calls(traffic: dict[str, Any]) -> None:
    report = cdr_report(
        UserFactory.create(role=Role.VIEWER), CdrFilters(ended_from=WEEK.begins, ended_before=WEEK.ends)
    )
    attempts = CdrFilters(ended_from=WEEK.begins, ended_before=WEEK.ends, with_attempts=True)
    [money] = cdr_report(UserFactory.create(role=Role.VIEWER), attempts).totals.money
    for name in CUTS:
        total = total_of(line.sums for line in lines(name).values())
        assert (total.calls, total.answered_calls) == (report.totals.calls, report.totals.answered), name
        assert (total.price, total.cost, total.margin) == (money.revenue, money.cost, money.margin), name
        assert total.attempts == 4, name


def test_a_part_stands_beside_last_week(traffic: dict[str, Any]) -> None:
    found = lines("customer")
    acme, zeta = (found[f"{one.code} · {one.name}"] for one in traffic["customers"])
    assert (acme.sums.margin, acme.before.margin) == (Decimal("0.1"), Decimal(0))
    assert (zeta.sums.margin, zeta.before.margin) == (Decimal("0.75"), Decimal(1))
    assert (acme.sums.losses, acme.sums.lost) == (1, Decimal("-0.2"))
    gone = lines("customer", TrafficFilters(AT + WEEKS - timedelta(hours=1), AT + WEEKS + timedelta(hours=2)))
    assert {line.sums.calls for line in gone.values()} == {0}
    assert len(gone) == 2


def test_tariffs_of_one_name_are_one_destination(traffic: dict[str, Any]) -> None:
    found = lines("destination")
    assert {name: line.sums.calls for name, line in found.items()} == {"São Paulo": 2, "Rio": 1, "Not known": 0}
    only = TrafficFilters(WEEK.begins, WEEK.ends, destination="São Paulo")
    assert sum(line.sums.calls for line in lines("hour", only).values()) == 2


def test_hours_and_days_are_those_of_the_installations_clock(traffic: dict[str, Any]) -> None:
    assert list(lines("hour")) == ["12:00", "13:00"]
    [day] = lines("day").values()
    assert (day.part.value, day.before.price) == (TODAY - timedelta(days=2), Decimal(2))


def test_quality_follows_its_formulas_and_delays_are_put_together() -> None:
    gateway = GatewayFactory.create(name="GW_A")
    for delay in (1000, 1000, 3000):
        sold(gateway=gateway, post_dial_delay_ms=delay)
    sold(gateway=gateway, billable_seconds=Decimal(6))
    failed(gateway=gateway)
    failed(gateway=gateway, disposition=Disposition.BUSY, cause=17)
    failed(gateway=gateway, cause=21, sip_code=603, disposition=Disposition.FAILED)
    failed(gateway=gateway, cause=21, sip_code=403, disposition=Disposition.FAILED)
    counted()
    sums = lines("gateway", with_delays=True)["GW_A"].sums
    assert (sums.attempts, sums.answered, sums.asr_percent) == (8, 4, Decimal(50))
    assert (sums.ner_percent, sums.acd_seconds, sums.short_percent) == (Decimal(75), Decimal("46.5"), Decimal(25))
    assert sums.pdd_p50_ms == pytest.approx(1000, rel=0.05)
    assert sums.pdd_p95_ms == pytest.approx(3000, rel=0.05)
    assert lines("cause")["17 busy"].sums.attempts == 1


def test_amounts_are_of_one_currency() -> None:
    sold("1", "0.5")
    sold("10", "5", currency="USD", cost_currency="USD")
    sold("10", "2", currency="USD")
    counted()
    reais, dollars = (
        total_of(line.sums for line in lines("customer", currency=code).values()) for code in ("BRL", "USD")
    )
    assert (reais.price, reais.cost, reais.margin) == (Decimal(1), Decimal("2.5"), Decimal("0.5"))
    assert (dollars.price, dollars.cost, dollars.margin, dollars.margin_percent) == (
        Decimal(20), Decimal(5), Decimal(5), Decimal(50),
    )  # fmt: skip


def test_a_currency_is_chosen_where_there_are_several(traffic: dict[str, Any]) -> None:
    client = signed_in()
    assert 'name="currency"' not in text_of(client, reverse("reports:margin"))
    TariffFactory.create(currency="USD")
    text = text_of(client, f"{reverse('reports:margin')}?currency=USD")
    assert '<option value="USD" selected>' in text
    assert "US$\xa00.00" in text


def test_a_time_is_compared_with_whole_weeks_before_across_a_change_of_the_clock() -> None:
    ten = TrafficFilters(WEEK.begins, WEEK.begins + timedelta(days=10))
    assert WEEK.before().begins == WEEK.begins - WEEKS
    assert ten.before().begins == ten.begins - 2 * WEEKS
    lisbon = ZoneInfo("Europe/Lisbon")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "get_default_timezone", lambda: lisbon)
        before = TrafficFilters(datetime(2026, 10, 26, tzinfo=lisbon), datetime(2026, 10, 27, tzinfo=lisbon)).before()
    assert (before.begins.hour, before.begins.day) == (0, 19)
    assert before.ends - before.begins == timedelta(days=1)


def test_the_heat_map_has_the_hours_of_the_week_and_marks_losses() -> None:
    rows = heat_map({24: TrafficSums(margin=Decimal(6)), 7 * 24 + 23: TrafficSums(margin=Decimal(-1))}, "margin")
    assert [len(row.cells) for row in rows] == [24] * 7
    assert (rows[0].cells[0].tone, rows[6].cells[23].tone, rows[3].cells[3].value) == ("6", "loss", None)


def signed_in(role: str = Role.VIEWER) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(UserFactory.create(role=role), backend="voipadmin.users.backends.RoleBackend")
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.content.decode())


@pytest.mark.parametrize("report", ["margin", "quality"])
def test_each_cut_is_a_page_whose_parts_lead_deeper(traffic: dict[str, Any], report: str) -> None:
    client = signed_in()
    followed = 0
    for name in CUTS:
        text = text_of(client, f"{reverse(f'reports:{report}')}?by={name}")
        parts = re.findall(r'<a class="row-link" href="([^"]+)"', text)
        for address in {part for part in parts if f"/reports/{report}/" in part}:
            followed += 1
            assert "No traffic" not in text_of(client, address), address
    assert followed > 15


@pytest.mark.parametrize("typed", ["", "OTHER"])
def test_a_part_leads_to_itself_whatever_was_typed_beside_the_key(typed: str) -> None:
    acme, other = CustomerFactory.create(), CustomerFactory.create(code="OTHER")
    for was in ("", str(other.pk)):
        asked = QueryDict(urlencode({"customer": was, "customer_text": typed, "customer_was": was, "by": "customer"}))
        address = deeper_address("/reports/margin/", asked, "customer", Part("ACME", str(acme.pk)), ())
        led_to = TrafficForm(QueryDict(address.partition("?")[2]), "customer")
        assert led_to.given["customer"] == acme


def test_a_part_leads_to_its_calls_and_a_filter_can_be_taken_away(traffic: dict[str, Any]) -> None:
    client = signed_in()
    address = reverse("reports:margin")
    text = text_of(client, address)
    acme = traffic["customers"][0]
    [calls] = {
        link
        for link in re.findall(r'href="(/calls/[^"]+)"', text)
        if f"customer={acme.pk}" in link and "money" not in link
    }
    assert "2 on this page" in text_of(client, calls)
    narrowed = text_of(
        client,
        f"{address}?customer={acme.pk}&hour=12&weekday={AT.astimezone(ZoneInfo(settings.TIME_ZONE)).isoweekday()}",
    )
    assert "Hour: 12:00" in narrowed
    assert "R$\xa00.30" in narrowed
    assert "money=loss" in text


def test_the_margin_page_shows_movers_losses_foreign_callers_and_what_is_not_counted(traffic: dict[str, Any]) -> None:
    client = signed_in()
    text = text_of(client, reverse("reports:margin"))
    for told in ("Top movers", "-R$\xa00.25", "Foreign caller ID", "R$\xa00.75", "Below cost", "-R$\xa00.20"):
        assert told in text
    assert "being counted" not in text
    mark_quarters([AT])
    assert "being counted" in text_of(client, reverse("reports:margin"))
    assert "being counted" not in text_of(client, f"{reverse('reports:margin')}?since=2026-01-01&until=2026-01-02")


def test_what_makes_no_sense_in_the_address_is_said_and_the_report_comes_all_the_same(traffic: dict[str, Any]) -> None:
    client = signed_in()
    for wrong in ("since=2026-02-30", "since=2026-11-02&until=2026-11-01", "by=password", "customer=x", "hour=99",
                  "currency=reais", "since=1900-01-01", "sort=drop", "page=0"):  # fmt: skip
        text = text_of(client, f"{reverse('reports:margin')}?{wrong}")
        assert "data-table" in text or "No traffic" in text, wrong


def test_the_export_has_currency_billed_seconds_and_the_exact_amounts(traffic: dict[str, Any]) -> None:
    response: Any = signed_in().get(reverse("reports:margin"), {"by": "destination", "export": "csv-machine"})
    heading, *rows = [line.split(",") for line in b"".join(response.streaming_content).decode("utf-8-sig").splitlines()]
    found = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert found["São Paulo"]["billed_seconds"] == "120"
    assert (found["São Paulo"]["currency"], found["São Paulo"]["revenue"]) == ("BRL", "0.600000")


def test_the_api_says_the_same(traffic: dict[str, Any]) -> None:
    client = client_of(Role.FINANCE)
    body = client.get("/reports/margin?by=customer&ordering=margin_change").json()
    assert [item["part"][:4] for item in body["items"]] == ["ZETA", "ACME"]
    assert (body["total"]["revenue"], body["total"]["margin"], body["currency"], body["is_counted"]) == (
        "1.600000", "0.850000", "BRL", True,
    )  # fmt: skip
    [item] = client.get(f"/reports/quality?by=gateway&customer_id={traffic['customers'][0].pk}&limit=1").json()["items"]
    assert (item["attempts"], item["asr_percent"]) == (1, 100.0)
    assert client.get("/reports/quality?from_abroad=true").json()["total"]["attempts"] == 1
    problem(client.get("/reports/margin?since=2026-11-02&until=2026-11-01"), 409)
    for wrong in ("by=secret", "ordering=cost", "hour=24", "country=br", "x=1"):
        problem(client.get(f"/reports/margin?{wrong}"), 422)


def test_a_customer_has_neither_report() -> None:
    assert signed_in(Role.CUSTOMER).get(reverse("reports:margin")).status_code == 403
    problem(client_of(Role.CUSTOMER).get("/reports/quality"), 403)


@pytest.mark.parametrize("report", ["margin", "quality"])
def test_a_report_costs_as_many_queries_for_many_parts_as_for_one(report: str) -> None:
    client = signed_in()

    def queries() -> int:
        counted()
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(f"reports:{report}"), {"by": "customer"})
        return len(captured)

    sold(customer=CustomerFactory.create())
    queries()
    one = queries()
    for _number in range(20):
        sold(customer=CustomerFactory.create(), gateway=GatewayFactory.create())
    assert queries() == one
    # Each sum asks which days are summed up.
    assert one <= 32


def test_a_period_that_goes_on_is_compared_with_as_much_of_last_week(traffic: dict[str, Any]) -> None:
    body = client_of(Role.VIEWER).get("/reports/margin").json()
    begins, ends, before = (datetime.fromisoformat(body[name]) for name in ("begins", "ends", "compared_until"))
    assert begins == Period(TODAY - timedelta(days=6), TODAY + timedelta(days=1)).begins
    assert ends - before == WEEKS
    assert ends <= timezone.now() + timedelta(hours=1)


def test_deleted_objects_have_a_common_name_and_lead_nowhere(traffic: dict[str, Any]) -> None:
    user: User = UserFactory.create(role=Role.VIEWER)
    assert user.sees_everything
    Cdr.objects.filter(gateway=traffic["gateways"][1]).delete()
    connection.cursor().execute(
        "UPDATE reports_traffichour SET gateway_id = gen_random_uuid() WHERE gateway_id = %s",
        [traffic["gateways"][1].pk],
    )
    found = lines("gateway")
    assert found["Deleted"].part.value is None


def test_the_search_finds_reports_by_their_names_for_those_who_may_see_them() -> None:
    address = f"{reverse('search')}?q=qual"
    assert reverse("reports:quality") in text_of(signed_in(), address)
    assert reverse("reports:quality") not in text_of(signed_in(Role.CUSTOMER), address)
