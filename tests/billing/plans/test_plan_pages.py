"""Plans, windows, calendars and the tariffs that name them, as people edit them."""

from datetime import date, time
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from billing.models import HolidayCalendar, RatePlan, Tariff, TimeWindow
from tests.entities import KINDS, ROWS
from tests.factories import TariffFactory, UserFactory
from tests.pages.confirming import confirm
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def finance(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.FINANCE))
    client.cookies["django_language"] = "en"
    return client


def tariff(**other: Any) -> dict[str, Any]:
    return KINDS["billing:tariff"].answers() | other


def test_the_ticked_days_are_the_windows_and_come_back_ticked(finance: Client) -> None:
    finance.post(reverse("billing:timewindow_create"), KINDS["billing:timewindow"].answers())
    window = TimeWindow.objects.get()
    assert (window.weekdays, window.days, window.hours()) == (0b10001, [1, 5], "22:00 – 06:00")
    form = finance.get(reverse("billing:timewindow_edit", args=[window.pk])).content.decode()
    assert form.count("checked") == 2
    assert "<legend>Weekdays" in form


def test_a_window_without_a_day_is_refused(finance: Client) -> None:
    answers = KINDS["billing:timewindow"].answers() | {"days": []}
    assert "Nothing was saved" in finance.post(reverse("billing:timewindow_create"), answers).content.decode()
    assert not TimeWindow.objects.exists()


def test_a_calendars_days_are_added_renamed_and_taken_off(finance: Client) -> None:
    calendar = KINDS["billing:holidaycalendar"].make()
    first = calendar.days.get()
    rows = {
        **ROWS, "name": calendar.name, "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "1",
        "rows-0-id": first.pk, "rows-0-calendar": calendar.pk, "rows-0-day": "2026-01-25", "rows-0-name": "Cidade",
        "rows-1-day": "2026-12-25", "rows-1-name": "Natal",
    }  # fmt: skip
    address = reverse("billing:holidaycalendar_edit", args=[calendar.pk])
    assert finance.post(address, rows).status_code == 302
    assert list(calendar.days.values_list("day", "name")) == [
        (date(2026, 1, 25), "Cidade"),
        (date(2026, 12, 25), "Natal"),
    ]
    page = finance.get(calendar.get_absolute_url()).content.decode()
    assert "Natal" in page
    assert "Friday" in page
    rows |= {"rows-TOTAL_FORMS": "1", "rows-0-DELETE": "on"}
    finance.post(address, rows)
    assert not calendar.days.filter(pk=first.pk).exists()


def test_a_day_that_is_in_a_calendar_twice_is_refused(finance: Client) -> None:
    answers = KINDS["billing:holidaycalendar"].answers() | {
        "rows-TOTAL_FORMS": "2", "rows-1-day": "2026-12-25", "rows-1-name": "Christmas",
    }  # fmt: skip
    text = finance.post(reverse("billing:holidaycalendar_create"), answers).content.decode()
    assert "Nothing was saved" in text
    assert not HolidayCalendar.objects.exists()


def test_a_tariff_names_plan_origin_window_and_bands(finance: Client) -> None:
    plan, window = KINDS["billing:rateplan"].make(), KINDS["billing:timewindow"].make()
    sent = tariff(plan=plan.pk, window=window.pk, origin_prefix="+5511", bands="0:0.40/60/30  60:0.20/60/10")
    assert finance.post(reverse("billing:tariff_create"), sent).status_code == 302
    saved = Tariff.objects.get()
    assert (saved.plan, saved.window, saved.origin_prefix) == (plan, window, "5511")
    assert saved.bands == "0:0.40/60/30 60:0.20/60/10"
    page = finance.get(saved.get_absolute_url()).content.decode()
    assert plan.get_absolute_url() in page
    assert "0:0.40/60/30" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"bands": "cheap"}, "Write bands as"), ({"origin_prefix": "55x"}, "x"), ({"currency": "USD"}, "in BRL")],
)
def test_what_no_call_could_be_priced_by_is_refused(finance: Client, wrong: dict[str, str], says: str) -> None:
    sent = tariff(plan=KINDS["billing:rateplan"].make().pk, **wrong)
    assert says in finance.post(reverse("billing:tariff_create"), sent).content.decode()
    assert not Tariff.objects.exists()


def test_a_plan_keeps_the_currency_of_its_tariffs(finance: Client) -> None:
    plan = KINDS["billing:rateplan"].make()
    TariffFactory.create(plan=plan)
    address = reverse("billing:rateplan_edit", args=[plan.pk])
    text = finance.post(address, {"name": plan.name, "currency": "USD"}).content.decode()
    assert "tariffs in another currency" in text


def test_tariffs_are_narrowed_to_a_plan_and_to_those_of_everybody(finance: Client) -> None:
    plan = KINDS["billing:rateplan"].make()
    own, everybody = TariffFactory.create(plan=plan), TariffFactory.create()
    address = reverse("billing:tariff_list")
    of_plan = finance.get(address, {"plan": plan.pk}).content.decode()
    of_all = finance.get(address, {"plan": "none"}).content.decode()
    assert (own.name in of_plan, everybody.name in of_plan) == (True, False)
    assert (own.name in of_all, everybody.name in of_all) == (False, True)


def test_a_tariff_whose_bands_are_below_its_cost_is_flagged(finance: Client) -> None:
    losing = TariffFactory.create(price_per_minute="9", bands="0:0.01/60/6", cost_per_minute="0.03")
    earning = TariffFactory.create(price_per_minute="0.01", bands="0:0.10/60/6", cost_per_minute="0.03")
    listed = finance.get(reverse("billing:tariff_list"), {"loss": "yes"}).content.decode()
    assert losing.name in listed
    assert earning.name not in listed
    assert "sold at a loss" in finance.get(losing.get_absolute_url()).content.decode()


def test_a_plan_that_is_in_use_stays(finance: Client) -> None:
    plan = KINDS["billing:rateplan"].make()
    TariffFactory.create(plan=plan)
    confirm(finance, reverse("billing:rateplan_delete", args=[plan.pk]))
    assert RatePlan.objects.filter(pk=plan.pk).exists()


def test_the_changelog_tells_what_was_changed(finance: Client) -> None:
    window = KINDS["billing:timewindow"].make()
    answers = KINDS["billing:timewindow"].answers() | {"name": window.name}
    finance.post(reverse("billing:timewindow_edit", args=[window.pk]), answers)
    entry: Any = LogEntry.objects.get_for_object(window).filter(action=LogEntry.Action.UPDATE).get()
    assert "weekdays" in entry.changes_dict
    assert TimeWindow.objects.get().starts_at == time(22)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_who_only_looks_changes_nothing(client: Client, role: Role) -> None:
    client.force_login(UserFactory.create(role=role))
    assert client.get(reverse("billing:rateplan_list")).status_code == 200
    assert client.get(reverse("billing:rateplan_create")).status_code == 403
    assert client.post(reverse("billing:timewindow_create"), {}).status_code == 403
