import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from tests.factories import CustomerFactory, RouteFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def admin(client: Client) -> Client:
    user = UserFactory.create(role=Role.ADMIN, is_staff=True, is_superuser=True)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return client


def test_what_the_domain_keeps_is_said_in_the_admin_and_nothing_is_deleted(admin: Client) -> None:
    alone, other = CustomerFactory.create(), CustomerFactory.create()
    route = RouteFactory.create(customers=[alone])
    one = reverse("admin:customers_customer_delete", args=[alone.pk])
    many = reverse("admin:customers_customer_changelist")
    chosen = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [str(other.pk), str(alone.pk)], "post": "yes"}
    for response in (admin.post(one, {"post": "yes"}, follow=True), admin.post(many, chosen, follow=True)):
        assert response.status_code == 200
        assert route.name in response.content.decode()
    assert set(Customer.objects.all()) == {alone, other}
