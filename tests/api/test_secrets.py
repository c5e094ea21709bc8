"""Secrets that pass through the API are in no answer but their own, no log and no changelog."""

import logging

import pytest
from auditlog.models import LogEntry
from django.db import connection

from customers.models import CustomerType, Extension
from tests.api.client import ApiClient
from tests.factories import CustomerFactory, ProviderFactory

pytestmark = pytest.mark.django_db
SENT = ("an-extensions-secret", "a-carriers-secret-1")


@pytest.fixture
def secrets(operator: ApiClient, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Every secret of a day's work: generated, sent, rotated and refused ones."""
    caplog.set_level(logging.DEBUG)
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    created = operator.post("/extensions/", {"customer_id": str(customer.pk), "extension": "1001"}).json()
    path = f"/extensions/{created['id']}"
    rotated = operator.post(f"{path}/rotate-secret").json()
    assert operator.patch(path, {"secret": SENT[0]}).status_code == 200
    gateway = {
        "name": "GW_1",
        "provider_id": str(ProviderFactory.create().pk),
        "ip_address": "200.200.200.200",
        "authentication": "registration",
        "username": "acme",
        "secret": SENT[1],
    }
    assert operator.post("/gateways/", gateway).status_code == 201
    operator.patch(path, {"secret": "refused;because-of-this"})
    return [created["secret"], rotated["secret"], *SENT, "refused;because-of-this"]


@pytest.mark.slow(seconds=0.3)
def test_the_changelog_tells_of_the_work_and_not_of_the_secrets(secrets: list[str], operator: ApiClient) -> None:
    entries = list(LogEntry.objects.all())
    told = " ".join(f"{entry.changes} {entry.object_repr} {entry.serialized_data}" for entry in entries)
    assert "1001" in told
    assert operator.user is not None
    assert operator.user.pk in {entry.actor_id for entry in entries}
    for secret in secrets:
        assert secret not in told


def test_the_log_tells_of_none(secrets: list[str], caplog: pytest.LogCaptureFixture) -> None:
    for secret in secrets:
        assert secret not in caplog.text


@pytest.mark.slow(seconds=0.3)
def test_no_list_and_no_report_shows_one(secrets: list[str], operator: ApiClient) -> None:
    paths = ("/extensions/", "/gateways/", "/customers/", "/nodes/", "/reports/cdr", "/dashboard/stats")
    shown = " ".join(operator.get(path).content.decode() for path in paths)
    for secret in secrets:
        assert secret not in shown


@pytest.mark.slow(seconds=0.3)
def test_the_database_holds_them_encrypted(secrets: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM customers_extension UNION SELECT secret FROM routing_gateway")
        stored = [row[0] for row in cursor.fetchall()]
    assert all(value.startswith("enc:") for value in stored)
    assert Extension.objects.get().secret == SENT[0]
