"""People start, look at, approve and cancel re-ratings in the browser and by the API."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.models import Account, Direction, Rerating, ReratingStatus
from billing.rerating.preview import make_preview
from billing.rerating.writing import write_job
from tests.factories import CdrFactory, CustomerFactory, TariffFactory, UserFactory
from tests.pages.confirming import confirm
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.FINANCE))
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.slow(seconds=0.3)
def test_a_period_goes_from_the_form_to_the_ledger(finance: Client) -> None:
    tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
    account = account_of(CustomerFactory.create(code="ACME"))
    rate_cdrs(cdrs=[CdrFactory.create(direction=Direction.OUTBOUND, customer=account.customer)])
    tariff.price_per_minute = Decimal("0.04")
    tariff.save()
    form = {"started_from": "2020-01-01T00:00:00", "started_before": "2100-01-01T00:00:00", "reason": "Too dear"}
    answer = finance.post(reverse("billing:rerating_start"), form)
    job: Rerating = Rerating.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert "progress" in finance.get(job.get_absolute_url()).content.decode()
    make_preview(job)
    page = finance.get(job.get_absolute_url()).content.decode()
    assert "ACME" in page
    assert "0.06" in page
    confirm(finance, reverse("billing:rerating_approve", args=[job.pk]))
    write_job(job)
    assert Account.objects.get(pk=account.pk).balance == Decimal("-0.04")
    assert (
        reverse("billing:rerating_approve", args=[job.pk]) not in finance.get(job.get_absolute_url()).content.decode()
    )


def test_a_period_that_ends_before_it_starts_is_refused(finance: Client) -> None:
    form = {"started_from": "2026-02-01T00:00:00", "started_before": "2026-01-01T00:00:00", "reason": "No"}
    assert "The end must be after the start." in finance.post(reverse("billing:rerating_start"), form).content.decode()
    assert not Rerating.objects.exists()


def test_a_preview_can_be_cancelled(finance: Client) -> None:
    form = {"started_from": "2026-01-01T00:00:00", "started_before": "2026-02-01T00:00:00", "reason": "No"}
    finance.post(reverse("billing:rerating_start"), form)
    job: Rerating = Rerating.objects.get()
    confirm(finance, reverse("billing:rerating_cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == ReratingStatus.CANCELLED
