"""The calls of a filter as a file."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Direction
from tests.factories import CdrFactory, CustomerFactory, TariffFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def signed_in(role: str, *, language: str = "en", **attributes: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(UserFactory.create(role=role, **attributes), backend="voipadmin.users.backends.RoleBackend")
    return client


def file_of(client: Client, *, delimiter: str = ",", **query: Any) -> list[dict[str, str]]:
    response: Any = client.get(reverse("reports:calls_file"), query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def sold(**values: Any) -> Any:
    return CdrFactory.create(
        started_at=AT, direction=Direction.OUTBOUND, called_number="5511987654321", price=Decimal("0.0812"),
        cost=Decimal("0.03"), margin=Decimal("0.0512"), currency="BRL", cost_currency="BRL", billed_seconds=66,
        tariff=TariffFactory.create(name="São Paulo"), matched_pattern="5511", **values,
    )  # fmt: skip


def test_a_file_for_programs_has_currency_billed_seconds_and_tariff() -> None:
    sold()
    [row] = file_of(signed_in(Role.VIEWER), export="csv-machine")
    wanted = {
        "called_number": "5511987654321", "direction": "outbound", "billed_seconds": "66", "billable_seconds": "60",
        "tariff": "São Paulo", "price": "0.081200", "currency": "BRL", "cost": "0.030000", "margin": "0.051200",
        "started_at": "2026-11-23T12:00:00-03:00",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_file_for_people_is_in_their_language() -> None:
    sold()
    [row] = file_of(signed_in(Role.VIEWER, language="pt-br"), delimiter=";", export="csv")
    assert row["Número chamado"] == "5511 9876 54321"
    assert (row["Preço"], row["Moeda"], row["Segundos cobrados"]) == ("0,081200", "BRL", "66")
    assert row["Sentido"] == "Saída"


def test_the_file_has_the_calls_of_the_filter_and_every_attempt_only_when_asked() -> None:
    customer = CustomerFactory.create()
    sold(customer=customer)
    sold(customer=customer, is_last_attempt=False)
    sold()
    client = signed_in(Role.VIEWER)
    assert len(file_of(client)) == 2
    assert len(file_of(client, customer=customer.pk)) == 1
    assert len(file_of(client, customer=customer.pk, attempts="all")) == 2
    assert file_of(client, until="2026-11-22") == []
    assert client.get(reverse("reports:calls_file"), {"since": "yesterday"}).status_code == 400


def test_a_customer_gets_its_own_calls_without_cost_and_carrier() -> None:
    own = CustomerFactory.create()
    sold(customer=own)
    sold(customer=CustomerFactory.create())
    [row] = file_of(signed_in(Role.CUSTOMER, customers=[own]), export="csv-machine")
    assert (row["customer"], row["price"]) == (own.code, "0.081200")
    assert not {"cost", "cost_currency", "margin", "gateway", "route", "node_name", "tariff", "cause"} & row.keys()
