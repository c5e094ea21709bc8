from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.cdrs.queries import CdrFilters, attempts_of
from billing.models import Cdr, Direction, Disposition, UnratedReason
from reports.cdr_report import cdr_report
from routing.models import Gateway
from tests.factories import CdrFactory, CustomerFactory, DIDFactory, GatewayFactory, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]

NOW = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
AT = NOW - timedelta(minutes=10)


@pytest.fixture
def viewer() -> User:
    user: User = UserFactory.create(role=Role.VIEWER)
    return user


@pytest.fixture
def gateway() -> Gateway:
    made: Gateway = GatewayFactory.create(name="GW_Vivo_SP")
    return made


def made(**values: Any) -> Cdr:
    return CdrFactory.create(started_at=AT, direction=Direction.OUTBOUND, **values)


@pytest.fixture
def calls(gateway: Gateway) -> dict[str, Cdr]:
    own = CustomerFactory.create(code="OWN")
    money = {"price": Decimal("0.10"), "cost": Decimal("0.04"), "margin": Decimal("0.06"), "currency": "BRL"}
    money["cost_currency"] = "BRL"
    return {
        "sold": made(customer=own, gateway=gateway, **money),
        "loss": made(price=Decimal(1), cost=Decimal(2), margin=Decimal(-1), currency="BRL", cost_currency="BRL"),
        "unrated": made(dst="12125550100", unrated_reason=UnratedReason.NO_TARIFF),
        "incoming": made(did=DIDFactory.create(), node_name="pbx9", unrated_reason=UnratedReason.INBOUND),
        "busy": made(disposition=Disposition.BUSY, billable_seconds=Decimal(0), src="1099"),
        "attempt": made(is_last_attempt=False, disposition=Disposition.FAILED, billable_seconds=Decimal(0)),
    }


def test_a_report_shows_one_line_per_call_and_their_sums(viewer: User, calls: dict[str, Cdr]) -> None:
    report = cdr_report(viewer, CdrFilters())
    assert set(report.rows) == {call for name, call in calls.items() if name != "attempt"}
    totals = report.totals
    assert (totals.records, totals.calls, totals.answered, totals.minutes) == (5, 5, 4, Decimal(4))
    assert (totals.asr_percent, totals.acd_seconds) == (Decimal(80), Decimal(60))
    assert (totals.unrated, totals.loss_making) == (1, 1)
    (money,) = totals.money
    assert (money.revenue, money.cost, money.margin) == (Decimal("1.10"), Decimal("2.04"), Decimal("-0.94"))


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"with_attempts": True, "disposition": Disposition.FAILED}, {"attempt"}),
        ({"disposition": Disposition.BUSY}, {"busy"}),
        ({"unrated": True}, {"unrated"}),
        ({"loss_making": True}, {"loss"}),
        ({"number": "2125550"}, {"unrated"}),
        ({"number": "1099"}, {"busy"}),
        ({"node_name": "pbx9"}, {"incoming"}),
        ({"started_from": AT + timedelta(seconds=1)}, set()),
        ({"started_before": AT}, set()),
        ({"direction": Direction.INBOUND}, set()),
    ],
)
def test_a_report_is_narrowed(
    viewer: User, calls: dict[str, Cdr], narrowed: dict[str, Any], expected: set[str]
) -> None:
    report = cdr_report(viewer, CdrFilters(**narrowed))
    assert set(report.rows) == {calls[name] for name in expected}
    assert report.totals.records == len(expected)


def test_a_report_is_narrowed_to_objects(viewer: User, calls: dict[str, Cdr], gateway: Gateway) -> None:
    for filters in (CdrFilters(customer_id=calls["sold"].customer_id), CdrFilters(gateway_id=gateway.pk)):
        assert list(cdr_report(viewer, filters).rows) == [calls["sold"]]
    assert list(cdr_report(viewer, CdrFilters(did_id=calls["incoming"].did_id)).rows) == [calls["incoming"]]


def test_a_customers_report_has_its_own_calls_without_cost(calls: dict[str, Cdr]) -> None:
    user = UserFactory.create(role=Role.CUSTOMER)
    owner = calls["sold"].customer
    assert owner is not None
    owner.users.add(user)
    report = cdr_report(user, CdrFilters())
    assert list(report.rows) == [calls["sold"]]
    (money,) = report.totals.money
    assert money.revenue == Decimal("0.10")
    assert money.cost == money.margin == report.totals.loss_making == 0


def test_the_attempts_of_a_call_are_shown_in_their_order() -> None:
    rows = [made(linkedid="1.1", uniqueid="1.1", sequence=number) for number in (4, 0, 2)]
    made(linkedid="1.1", node_name="other")
    assert list(attempts_of(rows[0])) == [rows[1], rows[2], rows[0]]
