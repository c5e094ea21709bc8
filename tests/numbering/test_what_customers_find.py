import pytest
from django.test import Client
from django.urls import reverse

from numbering.models import DID
from tests.factories import CustomerFactory, DIDAllocationFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "text", "found"),
    [
        (Role.OPERATOR, "premium", True),
        (Role.CUSTOMER, "premium", False),
        (Role.CUSTOMER, "p", False),
        (Role.CUSTOMER, "(55) 11", True),
    ],
)
def test_notes_that_a_customer_may_not_read_are_not_found_either(
    client: Client, role: Role, text: str, found: bool
) -> None:
    user, customer = UserFactory.create(role=role), CustomerFactory.create()
    customer.users.add(user)
    number: DID = DIDAllocationFactory.create(customer=customer).did
    number.notes = "premium price"
    number.save()
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    page = client.get(reverse("numbering:did_list"), {"q": text}).content.decode()
    assert (number.get_absolute_url() in page) is found
