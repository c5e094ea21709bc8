"""Refused calls through the REST API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import RefusedCall
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CustomerFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def refused(**other: Any) -> RefusedCall:
    values: dict[str, Any] = {
        "node_name": "pbx1", "uniqueid": "1.1", "number": "5511987654321", "reason": "credit", "detail": "0.20",
        "cause": 21,
    }  # fmt: skip
    made: RefusedCall = RefusedCall.objects.create(**(values | {"customer": CustomerFactory.create()} | other))
    return made


def keys(client: ApiClient, query: str = "") -> list[str]:
    return [item["id"] for item in client.get(f"/refused-calls/?{query}").json()["items"]]


@pytest.mark.slow(seconds=0.3)
def test_refused_calls_are_listed_newest_first_and_narrowed() -> None:
    old, new = refused(), refused(node_name="pbx2", reason="country", number="5491140001000")
    before = timezone.now() - timedelta(days=3)
    RefusedCall.objects.filter(pk=old.pk).update(created_at=before)
    client = client_of(Role.OPERATOR)
    assert keys(client) == [str(new.pk), str(old.pk)]
    day = (before + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    for query in (
        f"customer_id={old.customer_id}",
        "node_name=pbx1",
        "reason=credit",
        "number=8765",
        f"refused_before={day}",
    ):
        assert keys(client, query) == [str(old.pk)], query
    assert keys(client, f"refused_from={day}") == [str(new.pk)]
    problem(client.get("/refused-calls/?reason=luck"), 422)
    problem(client.get("/refused-calls/?detail=0.20"), 422)
    shown = client.get(f"/refused-calls/{old.pk}").json()
    assert (shown["reason"], shown["detail"], shown["cause"], shown["node_name"]) == ("credit", "0.20", 21, "pbx1")


@pytest.mark.slow(seconds=0.3)
def test_people_of_a_customer_see_their_own_without_our_side() -> None:
    call, other = refused(), refused()
    loss = refused(customer=call.customer, reason="loss", cause=3)
    client = client_of(Role.CUSTOMER, customers=[call.customer])
    assert keys(client) == [str(loss.pk), str(call.pk)]
    assert keys(client, f"customer_id={other.customer_id}") == []
    problem(client.get(f"/refused-calls/{other.pk}"), 404)
    shown = client.get(f"/refused-calls/{loss.pk}").json()
    assert (shown["reason"], shown["detail"], shown["node_name"], shown["uniqueid"]) == ("no_rate", None, None, None)
    assert (keys(client, "reason=loss"), keys(client, "reason=no_rate")) == ([], [str(loss.pk)])
    problem(client.get("/refused-calls/?node_name=pbx1"), 422)
