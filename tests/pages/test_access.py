"""Who may what on pages: the viewer reads, the customer sees its own, the stranger sees the log-in."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from customers.models import Customer, CustomerType
from numbering.models import DIDStatus
from tests.entities import KINDS, Kind
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.pages.conftest import AsRole
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = pytest.mark.slow(seconds=1)

# The address of a polled part is itself the right to see it, and is no address a minute later.
OPEN_TO_ALL = {
    "account_login", "account_logout", "account_inactive", "set_language", "health_live", "health_ready", "polled_part",
}  # fmt: skip
SAMPLE = {
    "uuid": "01a20887-2b1d-73b2-b7fa-000000000000", "slug": "secret", "str": "x", "int": "1",
}  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=str)


def addresses() -> list[tuple[str, str]]:
    """Return the name and an address of every page of the panel; admin and API have tests of their own."""
    found: list[tuple[str, str]] = []

    def walk(patterns: Any, namespace: str, outer: dict[str, Any]) -> None:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace not in {"admin", "api"} and "api" not in str(entry.pattern):
                    inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                    walk(entry.url_patterns, inner, outer | entry.pattern.converters)
            elif isinstance(entry, URLPattern) and entry.name:
                converters = outer | entry.pattern.converters
                values = {name: _sample(converter) for name, converter in converters.items()}
                found.append((entry.name, reverse(f"{namespace}{entry.name}", kwargs=values)))

    walk(get_resolver().url_patterns, "", {})
    return found


def _sample(converter: Any) -> str:
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return SAMPLE.get({"string": "str"}.get(kind, kind), "x")


def test_a_stranger_gets_only_the_log_in_and_health() -> None:
    checked = 0
    for name, address in addresses():
        if name in OPEN_TO_ALL or name.startswith("mfa_"):
            continue
        response = Client().get(address)
        assert response.status_code == 302, (name, address, response.status_code)
        assert response["Location"].startswith(reverse("account_login")), (name, response["Location"])
        checked += 1
    assert checked > 50


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_authenticate"])
def test_a_stranger_is_sent_to_the_log_in_from_the_second_factor(name: str) -> None:
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert "login" in response["Location"]


@each_kind
def test_a_viewer_sees_no_button_that_writes(as_role: AsRole, kind: Kind) -> None:
    made = kind.make()
    viewer = as_role(Role.VIEWER)
    response = viewer.get(reverse(f"{kind.name}_list"))
    if kind.name == "users:user":
        assert response.status_code == 403
        return
    detail = viewer.get(page_of(made)).content.decode()
    assert reverse(f"{kind.name}_create") not in response.content.decode()
    for action in ("edit", "delete"):
        assert reverse(f"{kind.name}_{action}", args=[made.pk]) not in detail


@each_kind
def test_a_viewer_who_posts_all_the_same_is_refused(as_role: AsRole, kind: Kind) -> None:
    made = kind.make()
    viewer = as_role(Role.VIEWER)
    answers = kind.answers()
    assert viewer.post(reverse(f"{kind.name}_create"), answers).status_code == 403
    assert viewer.post(reverse(f"{kind.name}_edit", args=[made.pk]), answers).status_code == 403
    assert viewer.post(reverse(f"{kind.name}_delete", args=[made.pk])).status_code == 403
    assert type(made).objects.filter(pk=made.pk).exists()


def test_a_viewer_is_refused_each_action(as_role: AsRole) -> None:
    viewer = as_role(Role.VIEWER)
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    for name in ("allocate", "destination", "release", "block", "unblock"):
        assert viewer.post(reverse(f"numbering:did_{name}", args=[did.pk])).status_code == 403
    assert viewer.post(reverse("customers:extension_rotate", args=[extension.pk])).status_code == 403
    assert viewer.post(reverse("customers:extension_secret", args=[extension.pk, "secret"])).status_code == 403
    assert viewer.post(reverse("numbering:did_range")).status_code == 403
    did.refresh_from_db()
    assert did.status == DIDStatus.FREE


def test_a_customer_sees_its_own_and_nothing_of_others(as_role: AsRole) -> None:
    own, other = (CustomerFactory.create(type=CustomerType.EXTENSION) for _index in range(2))
    mine, theirs = ExtensionFactory.create(customer=own), ExtensionFactory.create(customer=other)
    client = as_role(Role.CUSTOMER, own)
    listed = client.get(reverse("customers:extension_list")).content.decode()
    assert page_of(mine) in listed
    assert page_of(theirs) not in listed
    assert other.code not in listed
    assert client.get(page_of(mine)).status_code == 200
    assert client.get(page_of(theirs)).status_code == 404
    assert client.get(page_of(other)).status_code == 404


def test_a_customer_sees_neither_cost_nor_gateway_of_its_calls(as_role: AsRole) -> None:
    own = CustomerFactory.create()
    call = CdrFactory.create(customer=own, cost="0.123456", cost_currency="BRL")
    client = as_role(Role.CUSTOMER, own)
    for address in (reverse("billing:cdr_list"), page_of(call), f"{reverse('billing:cdr_list')}?export=csv"):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        assert response.status_code == 200
        assert b"0.1234" not in body
        assert b"Gateway" not in body
        assert b"Margin" not in body


def test_a_customer_sees_its_numbers_without_their_cost(as_role: AsRole) -> None:
    allocation = DIDAllocationFactory.create()
    client = as_role(Role.CUSTOMER, allocation.customer)
    listed = client.get(reverse("numbering:did_list")).content.decode()
    assert allocation.did.number in listed
    assert "Monthly cost" not in listed
    assert allocation.did.provider.name not in listed


@pytest.mark.parametrize(
    "name", ["routing:gateway_list", "billing:tariff_list", "asterisk_sync:node_list", "users:user_list"]
)
def test_a_customer_is_refused_the_house_itself(as_role: AsRole, name: str) -> None:
    assert as_role(Role.CUSTOMER, CustomerFactory.create()).get(reverse(name)).status_code == 403


def test_finance_changes_tariffs_but_no_customers(as_role: AsRole) -> None:
    finance = as_role(Role.FINANCE)
    assert finance.get(reverse("billing:tariff_create")).status_code == 200
    assert finance.get(reverse("customers:customer_create")).status_code == 403


def test_an_operator_administers_no_users(as_role: AsRole) -> None:
    operator = as_role(Role.OPERATOR)
    assert operator.get(reverse("users:user_list")).status_code == 403
    assert operator.get(reverse("customers:customer_create")).status_code == 200
    assert Customer.objects.count() == 0
