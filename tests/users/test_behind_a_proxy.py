from typing import Any

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from tests.factories import CustomerFactory, UserFactory
from tests.pages.confirming import token_of
from voipadmin.core.audit.client_address import client_address
from voipadmin.users.roles import Role


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.9", ""),
        (1, "198.51.100.9", "198.51.100.9"),
        # What the client wrote itself stands before what the proxies added.
        (1, "10.1.1.1, 198.51.100.9", "198.51.100.9"),
        (2, "10.1.1.1, 198.51.100.9, 192.0.2.1", "198.51.100.9"),
        (2, "198.51.100.9", ""),
        (1, "unknown", ""),
        (1, "", ""),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_what_trusted_proxies_added_is_believed(proxies: int, forwarded: str, expected: str) -> None:
    assert client_address(forwarded, proxies) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "expected"), [(0, "127.0.0.1"), (1, "198.51.100.9")])
def test_a_failure_counts_for_the_clients_own_address(
    client: Client, settings: Any, proxies: int, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    user = UserFactory.create()
    values = {"login": user.username, "password": "wrong"}
    client.post(reverse("account_login"), values, HTTP_X_FORWARDED_FOR="10.1.1.1, 198.51.100.9")
    assert AccessAttempt.objects.get().ip_address == expected


@pytest.mark.django_db
def test_the_changelog_does_not_believe_the_client_where_it_is(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 0
    user = UserFactory.create(role=Role.OPERATOR)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    customer = CustomerFactory.create()
    address = reverse("customers:customer_delete", args=[customer.pk])
    client.post(address, {"confirmation": token_of(client, address)}, HTTP_X_FORWARDED_FOR="203.0.113.66")
    assert LogEntry.objects.get_for_object(customer).latest("pk").remote_addr == "127.0.0.1"
