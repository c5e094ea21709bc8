"""The end of a month: a payment is entered, a statement is issued by a job, looked at and taken as a PDF."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.accounts.ledger import account_of
from billing.accounts.periods import day_of, first_of_month, start_of
from billing.models import EntryKind, LedgerEntry, Statement
from tests.billing.statements.conftest import CUSTOMER, ISSUER, moved
from tests.factories.customers import CustomerFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Installation, Job
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=12)]


def test_a_payment_is_entered_and_the_statement_of_last_month_issued(
    log_in: Callable[[str], Page], live_server: LiveServer
) -> None:
    Installation.objects.update_or_create(defaults=ISSUER)
    account = account_of(CustomerFactory.create(name="Padaria", code="PADARIA", **CUSTOMER))
    last_month = start_of(first_of_month(day_of(timezone.now()))) - timedelta(days=3)
    moved(account, EntryKind.MONTHLY_FEE, "-49.90", last_month, description="DID")
    page = log_in(Role.FINANCE)
    page.goto(live_server.url + page_of(account))
    page.get_by_role("link", name="Enter a payment").click()
    page.get_by_label("Amount").fill("20,00")
    page.get_by_role("button", name="Enter the payment").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert LedgerEntry.objects.get(kind=EntryKind.PAYMENT).amount == Decimal(20)

    page.goto(live_server.url + page_of(account))
    page.get_by_role("link", name="Issue a statement").click()
    page.get_by_role("button", name="Issue the statement").click()
    expect(page.get_by_text("The statement is being prepared").first).to_be_visible()
    run_job(Job.objects.get())
    statement = Statement.objects.get()
    page.goto(live_server.url + reverse("billing:statement_detail", args=[statement.pk]))
    issued = page.get_by_role("region", name="Statement", exact=True)
    expect(issued).to_contain_text("Padaria São João Ltda.")
    expect(issued).to_contain_text("49.90")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
