"""Customers, trunk addresses and extensions through the API."""

import pytest

from customers.models import Customer, CustomerType, Extension, TrunkAddress
from tests.api.client import ApiClient, problem
from tests.factories import CustomerFactory, ExtensionFactory, TrunkAddressFactory

pytestmark = pytest.mark.django_db


def test_a_customer_is_created_with_its_trunk_address(operator: ApiClient) -> None:
    body = {"code": "ACME", "name": "Acme Ltda.", "type": "trunk", "trunk_ip": "203.0.114.7"}
    response = operator.post("/customers/", body)
    assert response.status_code == 201
    shown = response.json()
    assert {name: shown[name] for name in body} == body
    assert TrunkAddress.objects.get(customer__code="ACME").network == "203.0.114.7"
    assert operator.get(response["Location"].removeprefix("/api/v1")).json() == shown


def test_a_change_of_one_field_leaves_the_others(operator: ApiClient) -> None:
    customer = CustomerFactory.create(channel_limit=77, notes="call Ana", contact_name="Ana")
    TrunkAddressFactory.create(customer=customer, network="203.0.114.9")
    shown = operator.patch(f"/customers/{customer.pk}", {"name": "New name"}).json()
    assert (shown["name"], shown["channel_limit"], shown["notes"]) == ("New name", 77, "call Ana")
    assert shown["trunk_ip"] == "203.0.114.9"
    assert shown["contact_name"] == "Ana"


def test_an_empty_change_changes_nothing(operator: ApiClient) -> None:
    customer = CustomerFactory.create(calls_per_second=9)
    before = operator.get(f"/customers/{customer.pk}").json()
    after = operator.patch(f"/customers/{customer.pk}", {}).json()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def test_a_replacement_resets_what_was_not_sent(operator: ApiClient) -> None:
    customer = CustomerFactory.create(channel_limit=77)
    shown = operator.put(f"/customers/{customer.pk}", {"code": "ACME", "name": "Acme"}).json()
    assert (shown["code"], shown["channel_limit"]) == ("ACME", 10)


def test_a_taken_code_is_refused_by_field_and_code(operator: ApiClient) -> None:
    CustomerFactory.create(code="ACME")
    body = problem(operator.post("/customers/", {"code": "acme", "name": "Other"}), 422)
    assert (body["field"], body["code"]) == ("code", "unique")


@pytest.mark.parametrize("value", ["A;B", "A\nB", "A[B", 'A"B', "A${B}", "A\x07B", "A B"])
def test_a_character_that_asterisk_would_read_is_named(operator: ApiClient, value: str) -> None:
    body = problem(operator.post("/customers/", {"code": value, "name": "Acme"}), 422)
    assert body["field"] == "code"
    assert body["code"] == "character"
    assert not Customer.objects.exists()


def test_a_field_that_is_not_known_is_refused(operator: ApiClient) -> None:
    body = problem(operator.post("/customers/", {"code": "A", "name": "Acme", "chanel_limit": 3}), 422)
    assert (body["field"], body["code"]) == ("chanel_limit", "unknown_field")


def test_every_fault_of_an_input_is_told_at_once(operator: ApiClient) -> None:
    body = problem(operator.post("/customers/", {"code": "A;", "name": "B;", "channel_limit": 3}), 422)
    assert {error["field"] for error in body["errors"]} == {"code", "name"}


def test_an_address_of_another_customer_is_refused_and_nothing_is_saved(operator: ApiClient) -> None:
    TrunkAddressFactory.create(network="203.0.114.0/24", receives_calls=False)
    body = {"code": "ACME", "name": "Acme", "trunk_ip": "203.0.114.7"}
    refusal = problem(operator.post("/customers/", body), 409)
    assert (refusal["field"], refusal["code"]) == ("trunk_ip", "address_taken")
    assert not Customer.objects.filter(code="ACME").exists()


def test_a_customer_in_use_is_not_deleted(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    assert operator.delete(f"/customers/{customer.pk}").status_code == 204
    assert operator.get(f"/customers/{customer.pk}").status_code == 404


def test_the_secret_of_an_extension_is_shown_once_at_its_creation(operator: ApiClient) -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    created = operator.post("/extensions/", {"customer_id": str(customer.pk), "extension": "1001"}).json()
    extension = Extension.objects.get()
    assert created["secret"] == extension.secret
    assert len(created["secret"]) >= 32
    assert created["extension"] == "1001"
    for answer in (operator.get("/extensions/"), operator.get(f"/extensions/{extension.pk}")):
        assert extension.secret not in answer.content.decode()
        assert "secret" not in answer.content.decode()


def test_a_secret_that_is_sent_is_kept_and_not_repeated(operator: ApiClient) -> None:
    extension = ExtensionFactory.create()
    answer = operator.patch(f"/extensions/{extension.pk}", {"secret": "an-old-phones-secret"})
    assert answer.status_code == 200
    assert "an-old-phones-secret" not in answer.content.decode()
    extension.refresh_from_db()
    assert extension.secret == "an-old-phones-secret"


def test_a_replacement_without_a_secret_keeps_it(operator: ApiClient) -> None:
    extension = ExtensionFactory.create()
    body = {"customer_id": str(extension.customer_id), "extension": "2002"}
    assert operator.put(f"/extensions/{extension.pk}", body).status_code == 200
    changed = Extension.objects.get()
    assert (changed.number, changed.secret) == ("2002", extension.secret)


def test_a_refused_secret_is_not_repeated_in_the_refusal(operator: ApiClient) -> None:
    extension = ExtensionFactory.create()
    answer = operator.patch(f"/extensions/{extension.pk}", {"secret": "not;allowed-here"})
    assert problem(answer, 422)["field"] == "secret"
    assert "not;allowed-here" not in answer.content.decode()


def test_a_rotated_secret_is_new_and_shown_once(operator: ApiClient) -> None:
    extension = ExtensionFactory.create()
    answer = operator.post(f"/extensions/{extension.pk}/rotate-secret").json()
    assert answer["secret"] != extension.secret
    assert Extension.objects.get().secret == answer["secret"]


def test_an_extension_of_a_trunk_customer_is_refused_at_its_customer(operator: ApiClient) -> None:
    customer = CustomerFactory.create(type=CustomerType.TRUNK)
    refusal = problem(operator.post("/extensions/", {"customer_id": str(customer.pk), "extension": "1001"}), 422)
    assert refusal["field"] == "customer_id"


def test_a_number_taken_within_the_customer_is_refused_at_its_field(operator: ApiClient) -> None:
    extension = ExtensionFactory.create(number="1001")
    body = {"customer_id": str(extension.customer_id), "extension": "1001"}
    refusal = problem(operator.post("/extensions/", body), 422)
    assert (refusal["field"], refusal["code"]) == ("extension", "unique")


def test_trunk_addresses_are_many(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    for network in ("203.0.114.1", "203.0.115.0/29"):
        body = {"customer_id": str(customer.pk), "network": network, "receives_calls": "/" not in network}
        assert operator.post("/trunk-addresses/", body).status_code == 201
    listed = operator.get(f"/trunk-addresses/?customer_id={customer.pk}").json()["items"]
    assert [row["network"] for row in listed] == ["203.0.114.1", "203.0.115.0/29"]


def test_a_loopback_address_is_no_customers(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    body = {"customer_id": str(customer.pk), "network": "169.254.169.254"}
    assert problem(operator.post("/trunk-addresses/", body), 422)["field"] == "network"


def test_who_names_a_version_does_not_write_over_another(operator: ApiClient) -> None:
    customer = CustomerFactory.create()
    path = f"/customers/{customer.pk}"
    read = operator.get(path)["ETag"]
    changed = operator.patch(path, {"name": "Theirs"}, **{"If-Match": read})
    assert changed["ETag"] == operator.get(path)["ETag"] != read
    for stale in (read, "nonsense", f"W/{changed['ETag']}", ", ".join([read] * 30)):
        body = problem(operator.patch(path, {"name": "Mine"}, **{"If-Match": stale}), 412)
        assert body["code"] == "changed_meanwhile"
        assert operator.delete(path, **{"If-Match": stale}).status_code == 412
    assert Customer.objects.get().name == "Theirs"
    assert operator.patch(path, {"name": "Mine"}, **{"If-Match": f"{read}, {changed['ETag']}"}).status_code == 200
    assert operator.delete(path, **{"If-Match": "*"}).status_code == 204
