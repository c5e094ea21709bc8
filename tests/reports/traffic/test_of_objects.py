"""What the pages of a gateway and of an extension load: quality with its formulas, and minutes of thirty days."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Direction, Disposition
from reports.traffic.of_objects import FORMULAS, minutes_of, quality_lines
from tests.factories import CdrFactory, CustomerFactory, ExtensionFactory, GatewayFactory
from tests.pages.test_calls_up import client_of
from tests.reports.traffic.test_traffic import AT, WEEKS, counted, failed, sold
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


def text_at(client: Client, path: str) -> str:
    response = client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_gateways_page_loads_its_quality_of_the_week_and_of_the_week_before_with_the_formulas() -> None:
    # I25
    gateway, other = GatewayFactory.create(name="GW_A"), GatewayFactory.create(name="GW_B")
    sold(gateway=gateway, billable_seconds=30, post_dial_delay_ms=1000)
    sold(gateway=gateway, billable_seconds=90, post_dial_delay_ms=1000)
    failed(gateway=gateway, disposition=Disposition.BUSY, cause=17)
    failed(gateway=gateway)
    failed(gateway=other)
    sold(gateway=gateway, at=AT - WEEKS)
    at = {"gateway": gateway, "started_at": AT - timedelta(seconds=65), "disposition": Disposition.CONGESTION}
    # No attempts: an incoming call, and what the dialplan did after the last attempt.
    CdrFactory.create(**at, direction=Direction.INBOUND)
    CdrFactory.create(**at, direction=Direction.OUTBOUND, is_last_attempt=False, destination_channel="")
    counted()
    today, week, before = (line.sums for line in quality_lines(gateway, timezone.now()))
    assert (today.attempts, week.attempts, before.attempts) == (0, 4, 1)
    assert (week.asr_percent, week.ner_percent, week.acd_seconds) == (Decimal(50), Decimal(75), Decimal(60))
    client, page = client_of(Role.OPERATOR), reverse("routing:gateway_detail", args=[gateway.pk])
    address = reverse("reports:gateway_quality", args=[gateway.pk])
    assert f'hx-get="{address}"' in text_at(client, page)
    text = text_at(client, address)
    assert "50.0 %" in text
    assert "75.0 %" in text
    assert all(str(formula) in text for formula in FORMULAS)


def test_an_extensions_page_loads_the_minutes_that_it_talked_in_thirty_days() -> None:
    customer = CustomerFactory.create()
    extension, other = ExtensionFactory.create(customer=customer), ExtensionFactory.create(customer=customer)

    def call(caller: Any, called: Any, *, days: int = 1, **values: Any) -> None:
        CdrFactory.create(
            customer=customer,
            started_at=timezone.now() - timedelta(days=days),
            channel=f"PJSIP/{caller.sip_username}-00000001" if caller else "PJSIP/GW_A-00000001",
            destination_channel=f"PJSIP/{called.sip_username}-00000002" if called else "PJSIP/GW_A-00000002",
            **{"billable_seconds": 90, **values},
        )

    call(extension, None)
    call(extension, other)
    call(None, extension, billable_seconds=30)
    call(extension, None, disposition=Disposition.BUSY, billable_seconds=0)
    call(extension, None, days=31)
    call(other, None)
    found = minutes_of(extension, timezone.now())
    assert found == {"made": 2, "taken": 1, "made_minutes": Decimal(3), "taken_minutes": Decimal("0.5")}
    client = client_of(Role.VIEWER)
    address = reverse("reports:extension_minutes", args=[extension.pk])
    assert f'hx-get="{address}"' in text_at(client, reverse("customers:extension_detail", args=[extension.pk]))
    assert "3.0 min in 2 calls" in text_at(client, address)
    assert client_of(Role.CUSTOMER).get(address).status_code == 404
