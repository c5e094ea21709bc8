"""A write that is sent twice under one key happens once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer, CustomerType, Extension
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CustomerFactory
from voipadmin.core.models import IdempotentWrite
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "5f0c"}
BODY = {"code": "ACME", "name": "Acme"}


def test_the_second_answer_is_the_first(operator: ApiClient) -> None:
    first = operator.post("/customers/", BODY, **KEY)
    second = operator.post("/customers/", BODY, **KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert (first.headers.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Customer.objects.count() == 1


def test_without_a_key_the_second_is_another_write(operator: ApiClient) -> None:
    operator.post("/customers/", BODY)
    problem(operator.post("/customers/", BODY), 422)


@pytest.mark.parametrize("change", [{"name": "Other"}, {"name": "Acme", "channel_limit": 3}])
def test_a_key_is_not_good_for_another_body(operator: ApiClient, change: dict[str, Any]) -> None:
    operator.post("/customers/", BODY, **KEY)
    body = problem(operator.post("/customers/", BODY | change, **KEY), 422)
    assert body["code"] == "idempotency_key_reused"


def test_a_key_is_not_good_for_another_address(operator: ApiClient) -> None:
    operator.post("/customers/", BODY, **KEY)
    assert problem(operator.post("/providers/", BODY, **KEY), 422)["code"] == "idempotency_key_reused"


def test_a_key_is_its_users_own(operator: ApiClient, admin: ApiClient) -> None:
    operator.post("/customers/", BODY, **KEY)
    answer = admin.post("/customers/", {"code": "OTHER", "name": "Other"}, **KEY)
    assert answer.json()["code"] == "OTHER"


def test_a_refused_write_may_be_mended_under_its_key(operator: ApiClient) -> None:
    problem(operator.post("/customers/", {"code": "A;", "name": "Acme"}, **KEY), 422)
    assert not IdempotentWrite.objects.exists()
    assert operator.post("/customers/", BODY, **KEY).status_code == 201


def test_changes_and_deletions_are_kept_too(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    path = f"/customers/{customer.pk}"
    assert operator.patch(path, {"name": "New"}, **{"Idempotency-Key": "a"}).status_code == 200
    assert operator.delete(path, **{"Idempotency-Key": "b"}).status_code == 204
    assert operator.delete(path, **{"Idempotency-Key": "b"}).status_code == 204
    assert operator.patch(path, {"name": "New"}, **{"Idempotency-Key": "a"}).json()["name"] == "New"
    problem(operator.delete(path), 404)


def test_after_a_day_the_key_is_forgotten(operator: ApiClient) -> None:
    operator.post("/customers/", BODY, **KEY)
    IdempotentWrite.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    problem(operator.post("/customers/", BODY, **KEY), 422)


def test_a_role_that_lost_its_permission_gets_the_kept_answer_no_more(operator: ApiClient) -> None:
    assert operator.user is not None
    operator.post("/customers/", BODY, **KEY)
    type(operator.user).objects.filter(pk=operator.user.pk).update(role=Role.VIEWER)
    problem(operator.post("/customers/", BODY, **KEY), 403)


def test_a_kept_secret_is_encrypted(operator: ApiClient) -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    body = {"customer_id": str(customer.pk), "extension": "1001"}
    secret = operator.post("/extensions/", body, **KEY).json()["secret"]
    assert operator.post("/extensions/", body, **KEY).json()["secret"] == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_idempotentwrite")
        (stored,) = cursor.fetchone()
    assert stored.startswith("enc:")
    assert secret not in stored
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "é"])
def test_a_key_that_is_none_is_refused(operator: ApiClient, key: str) -> None:
    assert problem(operator.post("/customers/", BODY, **{"Idempotency-Key": key}), 422)["code"] == "idempotency_key"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_writes() -> None:
    client = client_of(Role.OPERATOR)
    together = threading.Barrier(2)

    def write(_n: int) -> Any:
        together.wait()
        try:
            return client.post("/customers/", BODY, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(write, range(2)))
    assert Customer.objects.count() == 1
    assert 201 in {answer.status_code for answer in answers}
    for answer in answers:
        if answer.status_code != 201:
            assert problem(answer, 409)["code"] == "idempotency_in_progress"
