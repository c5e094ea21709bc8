"""DIDs, ranges and allocations through the API."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from customers.models import CustomerStatus, CustomerType
from numbering.models import DID, DIDAllocation
from tests.api.client import ApiClient, client_of, problem
from tests.factories import CustomerFactory, DIDAllocationFactory, DIDFactory, ExtensionFactory, ProviderFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def test_a_number_begins_free(operator: ApiClient) -> None:
    body = {"number": "551140001000", "provider_id": str(ProviderFactory.create().pk), "gateway_id": None}
    shown = operator.post("/dids/", body).json()
    assert {name: shown[name] for name in body} == body
    assert (shown["status"], shown["allocation"]) == ("free", None)


def test_a_number_that_is_there_already_is_refused(operator: ApiClient) -> None:
    did = DIDFactory.create()
    body = {"number": did.number, "provider_id": str(did.provider_id)}
    refusal = problem(operator.post("/dids/", body), 422)
    assert (refusal["field"], refusal["code"]) == ("number", "unique")


@pytest.mark.parametrize("number", ["+551140001000", "0551140001000", "551140", "5511;4000", "55 11 4000"])
def test_a_number_is_e164_without_the_plus(operator: ApiClient, number: str) -> None:
    body = {"number": number, "provider_id": str(ProviderFactory.create().pk)}
    assert problem(operator.post("/dids/", body), 422)["field"] == "number"
    assert not DID.objects.exists()


def test_a_number_is_allocated_to_a_trunk(operator: ApiClient) -> None:
    did, customer = DIDFactory.create(), CustomerFactory.create()
    body = {"customer_id": str(customer.pk), "destination": "trunk"}
    shown = operator.post(f"/dids/{did.pk}/allocate", body).json()
    assert shown["status"] == "allocated"
    assert {name: shown["allocation"][name] for name in body} == body


def test_a_number_is_allocated_to_an_extension_by_its_number(operator: ApiClient) -> None:
    did, extension = DIDFactory.create(), ExtensionFactory.create(number="1001")
    body = {"customer_id": str(extension.customer_id), "destination": "1001"}
    allocation = operator.post(f"/dids/{did.pk}/allocate", body).json()["allocation"]
    assert allocation["destination_type"] == "extension"
    assert allocation["extension_id"] == str(extension.pk)


def test_a_number_is_forwarded_to_another(operator: ApiClient) -> None:
    did, customer = DIDFactory.create(), CustomerFactory.create()
    body = {"customer_id": str(customer.pk), "destination": "5511987654321"}
    allocation = operator.post(f"/dids/{did.pk}/allocate", body).json()["allocation"]
    assert (allocation["destination_type"], allocation["forward_to"]) == ("forward", "5511987654321")


def test_a_destination_may_be_spelled_out(operator: ApiClient) -> None:
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    destination = {"type": "extension", "extension_id": str(extension.pk)}
    body = {"customer_id": str(extension.customer_id), "destination": destination}
    assert operator.post(f"/dids/{did.pk}/allocate", body).status_code == 200


def test_another_customers_extension_is_no_destination(operator: ApiClient) -> None:
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    other = CustomerFactory.create(type=CustomerType.EXTENSION)
    for destination in (extension.number, {"type": "extension", "extension_id": str(extension.pk)}):
        body = {"customer_id": str(other.pk), "destination": destination}
        assert problem(operator.post(f"/dids/{did.pk}/allocate", body), 422)["field"] == "destination"
    did.refresh_from_db()
    assert did.status == "free"


def test_a_customer_without_a_trunk_has_no_trunk_to_allocate_to(operator: ApiClient) -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    body = {"customer_id": str(customer.pk), "destination": "trunk"}
    refusal = problem(operator.post(f"/dids/{DIDFactory.create().pk}/allocate", body), 422)
    assert refusal["field"] == "destination"


def test_an_allocated_number_is_not_allocated_again(operator: ApiClient) -> None:
    allocation = DIDAllocationFactory.create()
    body = {"customer_id": str(CustomerFactory.create().pk), "destination": "trunk"}
    refusal = problem(operator.post(f"/dids/{allocation.did_id}/allocate", body), 409)
    assert refusal["code"] == "number_unavailable"
    assert DIDAllocation.objects.count() == 1


def test_a_closed_customer_gets_no_number(operator: ApiClient) -> None:
    customer = CustomerFactory.create(status=CustomerStatus.CLOSED)
    body = {"customer_id": str(customer.pk), "destination": "trunk"}
    refusal = problem(operator.post(f"/dids/{DIDFactory.create().pk}/allocate", body), 409)
    assert (refusal["code"], refusal["field"]) == ("customer_refused", "customer_id")


def test_an_ended_allocation_is_kept_and_the_number_rests(operator: ApiClient) -> None:
    allocation = DIDAllocationFactory.create()
    shown = operator.post(f"/dids/{allocation.did_id}/deallocate").json()
    assert (shown["status"], shown["allocation"]) == ("quarantined", None)
    assert shown["quarantined_until"] is not None
    allocation.refresh_from_db()
    assert allocation.ends_at is not None


def test_a_free_number_cannot_be_deallocated(operator: ApiClient) -> None:
    refusal = problem(operator.post(f"/dids/{DIDFactory.create().pk}/deallocate"), 409)
    assert refusal["code"] == "not_allocated"


def test_an_allocated_number_is_sent_elsewhere(operator: ApiClient) -> None:
    allocation = DIDAllocationFactory.create()
    body = {"destination": "5511987654321"}
    shown = operator.post(f"/dids/{allocation.did_id}/destination", body).json()
    assert shown["allocation"]["forward_to"] == "5511987654321"
    assert shown["allocation"]["customer_id"] == str(allocation.customer_id)
    assert DIDAllocation.objects.count() == 2


def test_a_blocked_number_is_not_allocated_until_it_is_unblocked(operator: ApiClient) -> None:
    did, customer = DIDFactory.create(), CustomerFactory.create()
    body = {"customer_id": str(customer.pk), "destination": "trunk"}
    assert operator.post(f"/dids/{did.pk}/block").json()["status"] == "blocked"
    problem(operator.post(f"/dids/{did.pk}/allocate", body), 409)
    assert operator.post(f"/dids/{did.pk}/unblock").json()["status"] == "free"
    assert operator.post(f"/dids/{did.pk}/allocate", body).status_code == 200


def test_the_status_is_not_set_by_hand(operator: ApiClient) -> None:
    refusal = problem(operator.patch(f"/dids/{DIDFactory.create().pk}", {"status": "blocked"}), 422)
    assert (refusal["field"], refusal["code"]) == ("status", "unknown_field")


def test_a_range_is_created_in_one_step(operator: ApiClient) -> None:
    provider = ProviderFactory.create()
    body = {"first": "551140002000", "last": "551140002099", "provider_id": str(provider.pk)}
    answer = operator.post("/dids/range", body)
    assert answer.status_code == 201
    assert answer.json() == {"created": 100, "first": "551140002000", "last": "551140002099"}
    assert DID.objects.filter(provider=provider).count() == 100


def test_a_range_over_a_number_that_exists_creates_nothing(operator: ApiClient) -> None:
    did = DIDFactory.create(number="551140002050")
    body = {"first": "551140002000", "last": "551140002099", "provider_id": str(did.provider_id)}
    refusal = problem(operator.post("/dids/range", body), 409)
    assert refusal["code"] == "numbers_exist"
    assert DID.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last"), [("551140002099", "551140002000"), ("55114000", "551140002000"), ("a", "b")]
)
def test_a_range_that_is_none_is_refused(operator: ApiClient, first: str, last: str) -> None:
    body = {"first": first, "last": last, "provider_id": str(ProviderFactory.create().pk)}
    assert problem(operator.post("/dids/range", body), 409)["code"] == "range_refused"


def test_numbers_are_found_by_prefix_status_and_customer(operator: ApiClient) -> None:
    allocation = DIDAllocationFactory.create(did__number="552130001000")
    DIDFactory.create(number="551140001000")
    for query in ("prefix=5521", "status=allocated", f"customer_id={allocation.customer_id}", "search=213000"):
        listed = operator.get(f"/dids/?{query}").json()["items"]
        assert [row["number"] for row in listed] == ["552130001000"], query


def test_a_customer_sees_its_numbers_without_what_they_cost(db: None) -> None:
    allocation = DIDAllocationFactory.create(did__notes="bad payer")
    DIDFactory.create()
    own = client_of(Role.CUSTOMER, customers=[allocation.customer])
    (shown,) = own.get("/dids/").json()["items"]
    assert shown["number"] == allocation.did.number
    assert {shown[name] for name in ("provider_id", "gateway_id", "monthly_cost", "notes")} == {None}
    assert problem(own.get(f"/dids/?provider_id={allocation.did.provider_id}"), 422)["code"] == "unknown_parameter"


@pytest.mark.django_db(transaction=True)
def test_of_two_allocations_at_once_one_is_refused() -> None:
    did, customers = DIDFactory.create(), CustomerFactory.create_batch(2)
    clients = [client_of(Role.OPERATOR), client_of(Role.OPERATOR)]
    together = threading.Barrier(2)

    def allocate(position: int) -> Any:
        together.wait()
        try:
            body = {"customer_id": str(customers[position].pk), "destination": "trunk"}
            return clients[position].post(f"/dids/{did.pk}/allocate", body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(allocate, range(2))) == [200, 409]
    assert DIDAllocation.objects.count() == 1
