"""Plans, windows, calendars and tariffs of plans through the REST API."""

from typing import Any

import pytest

from billing.models import Holiday, TimeWindow
from tests.api.client import ApiClient, client_of, problem
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
NIGHT = {"name": "Night", "days": [5, 1, 1], "starts_at": "22:00", "ends_at": "06:00"}


@pytest.fixture
def finance(db: None) -> ApiClient:
    return client_of(Role.FINANCE)


def test_a_window_tells_the_days_that_it_was_given(finance: ApiClient) -> None:
    made = finance.post("/time-windows/", NIGHT).json()
    assert (made["days"], made["starts_at"], made["ends_at"]) == ([1, 5], "22:00:00", "06:00:00")
    changed = finance.patch(f"/time-windows/{made['id']}", {"ends_at": "07:30"}).json()
    assert (changed["days"], changed["ends_at"]) == ([1, 5], "07:30:00")


@pytest.mark.parametrize(
    "wrong",
    [{"days": []}, {"days": [8]}, {"starts_at": "24:00"}, {"on_holidays": "only"}, {"weekdays": 3}, {"ends_at": "6h"}],
)
def test_a_window_that_would_never_hold_is_refused(finance: ApiClient, wrong: Any) -> None:
    problem(finance.post("/time-windows/", NIGHT | wrong), 422)
    assert not TimeWindow.objects.exists()


@pytest.mark.slow(seconds=0.3)
def test_a_calendar_has_the_days_that_were_sent_last(finance: ApiClient) -> None:
    days = [{"day": "2026-12-25", "name": "Natal"}, {"day": "2026-09-07"}]
    made = finance.post("/holiday-calendars/", {"name": "Brazil", "days": days}).json()
    assert [item["day"] for item in made["days"]] == ["2026-09-07", "2026-12-25"]
    path = f"/holiday-calendars/{made['id']}"
    assert len(finance.patch(path, {"name": "Brasil"}).json()["days"]) == 2
    assert len(finance.patch(path, {"days": days[:1]}).json()["days"]) == 1
    assert Holiday.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-02-30", "1999-12-31", "tomorrow", 20261225])
def test_what_is_no_day_is_refused(finance: ApiClient, day: Any) -> None:
    problem(finance.post("/holiday-calendars/", {"name": "Brazil", "days": [{"day": day}]}), 422)


def test_a_day_sent_twice_is_refused(finance: ApiClient) -> None:
    days = [{"day": "2026-12-25"}, {"day": "2026-12-25"}]
    refused = problem(finance.post("/holiday-calendars/", {"name": "Brazil", "days": days}), 409)
    assert refused["code"] == "day_repeated"
    assert not Holiday.objects.exists()


@pytest.mark.slow(seconds=0.3)
def test_a_tariff_of_a_plan_is_found_by_its_plan(finance: ApiClient) -> None:
    plan = finance.post("/rate-plans/", {"name": "Wholesale"}).json()["id"]
    window = finance.post("/time-windows/", NIGHT).json()["id"]
    tariff = {"pattern": "5511", "price_per_minute": "0.1", "plan_id": plan, "window_id": window}
    made = finance.post("/tariffs/", tariff | {"origin_prefix": "5511", "bands": "0:0.4/60/30"}).json()
    assert (made["plan_id"], made["window_id"], made["origin_prefix"]) == (plan, window, "5511")
    finance.post("/tariffs/", {"pattern": "5511", "price_per_minute": "0.2"})
    assert [item["id"] for item in finance.get(f"/tariffs/?plan_id={plan}").json()["items"]] == [made["id"]]
    assert problem(finance.post("/tariffs/", tariff | {"bands": "x"}), 422)["field"] == "bands"
    assert problem(finance.post("/tariffs/", tariff | {"plan_id": window}), 422)["field"] == "plan_id"
    assert problem(finance.delete(f"/rate-plans/{plan}"), 409)["code"] == "in_use"
