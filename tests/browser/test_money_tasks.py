"""What whoever looks after money does in a browser: a deck and a re-rating from form to ledger, and an alarm."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.models import Account, BuyRate, Direction, Rerating
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import ProviderFactory
from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.alarms.services import report_state
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Alarm, Job
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=12)]
AWAY = declare(AlarmKind("test_gateway_gone", "%(gateway)s is gone", "plug", name="Gateway gone"))


def run_waiting() -> None:
    """Do what a worker does."""
    for job in Job.objects.filter(status="waiting"):
        assert run_job(job)


def say_yes(page: Page, button: str) -> None:
    """Answer the question in the dialog."""
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def test_a_deck_is_uploaded_looked_at_activated_and_undone(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    ProviderFactory.create(name="Claro Atacado")
    page = log_in(Role.FINANCE)
    page.get_by_role("link", name="Decks").click()
    page.get_by_role("main").get_by_role("link", name="Upload").first.click()
    # One of many providers: typed, and named by what was typed.
    page.get_by_role("combobox", name="Provider").fill("claro")
    text = b"prefix;price\n5511;0,04\n5521;0,05\n"
    page.get_by_label("File").set_input_files({"name": "rates.csv", "mimeType": "text/csv", "buffer": text})
    page.locator("form .form-actions [type=submit]").click()
    expect(page.locator("h1")).to_contain_text("rates.csv")
    run_waiting()
    page.get_by_role("link", name="Activate").click()
    say_yes(page, "Activate")
    expect(page.get_by_role("status")).to_contain_text("The deck is active.")
    assert sorted(BuyRate.objects.values_list("pattern", "price_per_minute")) == [
        ("5511", Decimal("0.04")),
        ("5521", Decimal("0.05")),
    ]
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("undone")
    assert not BuyRate.objects.exists()


def test_a_month_that_was_rated_too_dear_is_rated_again_and_given_back(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
    account = account_of(CustomerFactory.create(code="ACME"))
    rate_cdrs(cdrs=[CdrFactory.create(direction=Direction.OUTBOUND, customer=account.customer)])
    tariff.price_per_minute = Decimal("0.04")
    tariff.save()
    page = log_in(Role.FINANCE)
    page.get_by_role("link", name="Re-ratings").click()
    page.get_by_role("main").get_by_role("link", name="Rate calls again").click()
    page.get_by_label("Calls from").fill("2020-01-01T00:00:00")
    page.get_by_label("Calls before").fill(f"{timezone.localtime().year + 1}-01-01T00:00:00")
    page.get_by_label("Reason").fill("Too dear")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Too dear")
    run_waiting()
    # The page shows by itself what the job has found.
    expect(page.get_by_role("table")).to_contain_text("R$\u00a00.0600")
    page.get_by_role("link", name="Approve").click()
    say_yes(page, "Approve")
    expect(page.get_by_role("status")).to_be_visible()
    run_waiting()
    assert Account.objects.get(pk=account.pk).balance == Decimal("-0.04")
    page.goto(live_server.url + Rerating.objects.get().get_absolute_url())
    expect(page.get_by_role("main").get_by_role("link", name="Approve")).to_have_count(0)


def test_an_alarm_is_seen_acknowledged_silenced_and_closes_by_itself(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    report_state(AWAY, {"a": {"gateway": "GW_Vivo"}})
    page = log_in(Role.OPERATOR)
    page.goto(live_server.url + reverse("reports:dashboard"))
    expect(page.get_by_role("main")).to_contain_text("GW_Vivo is gone")
    page.get_by_role("link", name="Alarms", exact=False).first.click()
    page.get_by_role("main").get_by_role("link", name="GW_Vivo is gone").click()
    page.get_by_role("link", name="Acknowledge").click()
    page.get_by_label("Note", exact=False).fill("On my way")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("table")).to_contain_text("On my way")
    page.get_by_role("link", name="Silence").click()
    page.get_by_label("Reason").fill("The carrier works on it")
    page.get_by_role("button", name="Silence").click()
    expect(page.get_by_role("main")).to_contain_text("Silenced")
    report_state(AWAY, {})
    page.goto(live_server.url + reverse("core:alarm_detail", args=[Alarm.objects.get().pk]))
    expect(page.get_by_role("main")).to_contain_text("Closed")
    page.goto(live_server.url + reverse("reports:dashboard"))
    expect(page.get_by_role("main")).not_to_contain_text("GW_Vivo is gone")
