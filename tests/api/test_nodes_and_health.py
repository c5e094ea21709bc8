"""Nodes through the API, and health for monitors."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from asterisk_sync.models import OutboxEntry
from tests.api.client import ApiClient, problem
from tests.factories import CustomerFactory, NodeFactory, UserFactory
from voipadmin.core.pages import health

pytestmark = pytest.mark.django_db


def test_a_node_tells_what_it_should_and_what_it_does_run(operator: ApiClient) -> None:
    node = NodeFactory.create()
    (shown,) = operator.get("/nodes/").json()["items"]
    assert (shown["id"], shown["state"]) == (str(node.pk), "pending")
    assert not {"ami_secret", "ami_username", "config_path"} & set(shown)


@pytest.mark.django_db(transaction=True)
def test_a_synchronisation_is_asked_for_and_taken_note_of(operator: ApiClient) -> None:
    node = NodeFactory.create()
    node.refresh_from_db()
    answer = operator.post(f"/nodes/{node.pk}/sync")
    assert answer.status_code == 202
    assert answer.json()["desired_generation"] == node.desired_generation + 1
    assert operator.user is not None
    assert OutboxEntry.objects.filter(node=node, action="sync").get().actor == operator.user.username


def test_a_disabled_node_is_not_synchronised(operator: ApiClient) -> None:
    node = NodeFactory.create(enabled=False)
    assert problem(operator.post(f"/nodes/{node.pk}/sync"), 409)["code"] == "node_disabled"


def test_a_write_through_the_api_reaches_the_node_under_its_authors_name(operator: ApiClient) -> None:
    node = NodeFactory.create()
    operator.post("/customers/", {"code": "ACME", "name": "Acme", "trunk_ip": "203.0.114.7"})
    entries = OutboxEntry.objects.filter(node=node, object_label__startswith="customers.")
    assert operator.user is not None
    assert {entry.actor for entry in entries} == {operator.user.username}


def test_anybody_may_ask_whether_it_lives() -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}


@pytest.mark.slow(seconds=0.3)
def test_readiness_is_a_word_to_a_stranger_and_the_parts_to_others() -> None:
    assert Client().get("/health/ready").json() == {"status": "ok"}
    browser = Client()
    browser.force_login(UserFactory.create())
    parts = browser.get("/health/ready").json()["parts"]
    assert parts == {"database": True, "redis": True, "migrations": True}


@pytest.mark.parametrize("part", ["redis", "migrations", "database"])
def test_a_part_that_is_missing_makes_it_not_ready(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def fail() -> bool:
        raise DatabaseError("host 10.0.0.7 is down")

    monkeypatch.setitem(health.CHECKS, part, fail)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "missing": [part]})


def test_health_only_reads() -> None:
    refused: Any = Client().post("/health/ready")
    assert refused.status_code == 405


def test_saving_through_the_api_needs_no_redis(operator: ApiClient, settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    CustomerFactory.create()
    assert operator.post("/customers/", {"code": "ACME", "name": "Acme"}).status_code == 201
