"""A call's page and the API show what was charged for it before it was rated again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.models import Cdr, Direction, Rerating
from billing.rerating.preview import make_preview
from billing.rerating.services import approve_rerating, start_rerating
from billing.rerating.writing import write_job
from customers.models import Customer
from tests.api.client import client_of, problem
from tests.factories import CdrFactory, CustomerFactory, TariffFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def customer() -> Customer:
    customer = CustomerFactory.create()
    account_of(customer)
    return customer


@pytest.fixture
def call(customer: Customer) -> Cdr:
    """Return a call that was rated at 0.10, then at 0.08, and now at 0.20."""
    tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"))
    made = CdrFactory.create(direction=Direction.OUTBOUND, customer=customer)
    rate_cdrs(cdrs=[made])
    for price in ("0.08", "0.20"):
        tariff.price_per_minute = Decimal(price)
        tariff.save()
        rated_again(f"Price of {price}")
    made.refresh_from_db()
    return made


def rated_again(reason: str) -> Rerating:
    now = timezone.now()
    job = start_rerating(
        started_from=now - timedelta(days=1), started_before=now + timedelta(days=1), reason=reason, actor="ana",
        customer=None,
    )  # fmt: skip
    assert make_preview(job)
    job.refresh_from_db()
    write_job(approve_rerating(rerating=job, actor="rui"))
    return job


def test_the_api_lists_the_ratings_that_were_replaced(call: Cdr) -> None:
    client = client_of(Role.FINANCE)
    found = client.get(f"/reports/cdr/{call.pk}/ratings").json()
    assert [(past["version"], past["price"]) for past in found] == [(2, "0.080000"), (1, "0.100000")]
    jobs = {str(job.pk): job.reason for job in Rerating.objects.all()}
    assert [jobs[past["rerating_id"]] for past in found] == ["Price of 0.20", "Price of 0.08"]
    assert ":0.1/60/" in found[1]["applied_rate"]
    assert all(past["replaced_at"] and past["billed_seconds"] for past in found)
    fresh = CdrFactory.create(direction=Direction.OUTBOUND)
    assert client.get(f"/reports/cdr/{fresh.pk}/ratings").json() == []


def test_people_of_a_customer_see_prices_of_their_own_and_no_cost(call: Cdr, customer: Customer) -> None:
    found = client_of(Role.CUSTOMER, customers=[customer]).get(f"/reports/cdr/{call.pk}/ratings").json()
    assert [past["price"] for past in found] == ["0.080000", "0.100000"]
    assert {past[name] for past in found for name in ("cost", "margin", "applied_rate", "rerating_id")} == {None}
    stranger = client_of(Role.CUSTOMER, customers=[CustomerFactory.create()])
    problem(stranger.get(f"/reports/cdr/{call.pk}/ratings"), 404)


def test_the_page_shows_versions_with_the_re_rating_that_replaced_them(call: Cdr, client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.FINANCE))
    client.cookies["django_language"] = "en"
    text = client.get(call.get_absolute_url()).content.decode()
    assert "Ratings before" in text
    for job in Rerating.objects.all():
        assert f'href="{job.get_absolute_url()}">{job.reason}</a>' in text
    assert ":0.1/60/" in text
    untouched = CdrFactory.create(direction=Direction.OUTBOUND)
    assert "Ratings before" not in client.get(untouched.get_absolute_url()).content.decode()


def test_the_page_of_a_customer_shows_neither_cost_nor_job(call: Cdr, customer: Customer, client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[customer]))
    client.cookies["django_language"] = "en"
    text = client.get(call.get_absolute_url()).content.decode()
    assert "Ratings before" in text
    assert "0.08" in text
    for hidden in ("Price of 0.20", "Rate applied", ":0.1/60/", "By re-rating"):
        assert hidden not in text
