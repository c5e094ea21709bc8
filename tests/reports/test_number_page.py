"""The page of a number: whose it is, what a call to it would take, its last calls, for each role."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.cdrs.number_calls import last_calls_from, last_calls_to
from billing.models import Direction
from customers.models import CustomerType
from numbering.models import DIDStatus
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDAllocationFactory, DIDFactory
from tests.factories.routing import RouteFactory, RouteGatewayFactory
from tests.factories.users import UserFactory
from tests.pages.conftest import AsRole
from tests.pages.conftest import as_role as as_role  # noqa: PLC0414 - the fixture
from voipadmin.core.tables.links import number_link, page_of, page_of_number
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
KEY = "551140001000"


def page(client: Client, written: str, **query: str) -> Any:
    """Open the page of a number."""
    return client.get(reverse("reports:number", args=[written]), query)


@pytest.mark.parametrize("written", ["+551140001000", "1140001000", "01140001000", "00551140001000"])
def test_every_spelling_leads_to_the_one_page(as_role: AsRole, written: str) -> None:
    viewer = as_role(Role.VIEWER)
    assert page(viewer, written).headers["Location"] == reverse("reports:number", args=[KEY])
    assert page(viewer, KEY).status_code == 200


def test_digits_that_are_two_numbers_are_the_key_and_lead_to_the_other(as_role: AsRole) -> None:
    text = page(as_role(Role.VIEWER), "33912345678").content.decode()
    assert "+33912345678" in text
    assert reverse("reports:number", args=["5533912345678"]) in text
    assert "another number" not in page(as_role(Role.VIEWER), KEY).content.decode()


def test_a_code_of_the_country_has_its_page(as_role: AsRole) -> None:
    viewer = as_role(Role.VIEWER)
    assert page(viewer, "190").headers["Location"] == reverse("reports:number", args=["0190"])
    text = page(viewer, "0190").content.decode()
    assert "never refused" in text
    assert page(viewer, "08001234567").status_code == 200


@pytest.mark.parametrize("written", ["x", "1", "1" * 41, "55-11", "+", "55119%00"])
def test_what_is_no_number_has_no_page(as_role: AsRole, written: str) -> None:
    assert as_role(Role.VIEWER).get(f"/numbers/{written}/").status_code == 404


def test_a_number_tells_whose_it_is_and_was(as_role: AsRole) -> None:
    now = timezone.now()
    did = DIDFactory.create(number=KEY, status=DIDStatus.ALLOCATED)
    before = DIDAllocationFactory.create(did=did, starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=2))
    current = DIDAllocationFactory.create(did=did, starts_at=now - timedelta(days=1))
    shown = ExtensionFactory.create(caller_id_number=KEY)
    owner = CustomerFactory.create(caller_id_number=KEY)
    text = page(as_role(Role.VIEWER), KEY).content.decode()
    for wanted in (did, did.provider, before.customer, current.customer, shown, owner):
        assert page_of(wanted) in text
    assert "Allocated" in text


def test_a_customer_sees_its_own_number_and_nothing_of_carriers_or_others(as_role: AsRole) -> None:
    now = timezone.now()
    did = DIDFactory.create(number=KEY, status=DIDStatus.ALLOCATED)
    before = DIDAllocationFactory.create(did=did, starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=2))
    current = DIDAllocationFactory.create(did=did, starts_at=now - timedelta(days=1))
    CdrFactory.create(called_number=KEY, src="551130001111", customer=before.customer)
    CdrFactory.create(called_number=KEY, src="551130002222", customer=current.customer)
    client = as_role(Role.CUSTOMER, current.customer)
    text = page(client, KEY).content.decode()
    assert page_of(current.customer) in text
    assert "551130002222" in text
    for hidden in (page_of(before.customer), did.provider.name, "551130001111", "number-route"):
        assert hidden not in text
    assert client.get(reverse("reports:number_route", args=[KEY])).status_code == 403


def test_a_short_number_is_that_of_the_extensions_that_have_it(as_role: AsRole) -> None:
    mine, other = (ExtensionFactory.create(number="1001") for _turn in range(2))
    text = page(as_role(Role.VIEWER), "1001").content.decode()
    assert page_of(mine) in text
    assert page_of(other) in text
    own = page(as_role(Role.CUSTOMER, mine.customer), "1001").content.decode()
    assert page_of(mine) in own
    assert page_of(other) not in own


def test_a_number_that_nobody_has_says_so(as_role: AsRole) -> None:
    assert "neither in the inventory" in page(as_role(Role.VIEWER), "351210000000").content.decode()


def test_the_last_calls_are_found_by_every_spelling_and_the_latest_come_first(as_role: AsRole) -> None:
    admin = UserFactory.create(role=Role.ADMIN)
    now = timezone.now()
    to = [CdrFactory.create(called_number=KEY, started_at=now - timedelta(days=day)) for day in range(4)]
    spellings = ["551140001000", "+551140001000", "1140001000", "01140001000"]
    by = [CdrFactory.create(src=src, started_at=now - timedelta(days=40 * at)) for at, src in enumerate(spellings)]
    rewritten = CdrFactory.create(src="551100000000", caller=KEY, started_at=now - timedelta(days=1))
    CdrFactory.create(called_number=KEY, is_last_attempt=False)
    assert [call.pk for call in last_calls_to(admin, KEY, count=3)] == [call.pk for call in to[:3]]
    found = [call.pk for call in last_calls_from(admin, spellings, count=10)]
    assert found == [by[0].pk, rewritten.pk, *(call.pk for call in by[1:])]
    text = page(as_role(Role.VIEWER), KEY).content.decode()
    assert page_of(rewritten) in text
    assert page_of(to[0]) in text


def test_route_and_price_are_those_of_the_simulator(as_role: AsRole) -> None:
    NodeFactory.create(name="pbx-sp")
    route = RouteFactory.create(name="Mobile São Paulo", pattern="_0119XXXXXXXX")
    step = RouteGatewayFactory.create(route=route)
    TariffFactory.create(pattern="55119", price_per_minute="0.30", cost_per_minute="0.10")
    customer = CustomerFactory.create(code="PADARIA", caller_id_number=KEY)
    TrunkAddressFactory.create(customer=customer)
    client = as_role(Role.VIEWER)
    address = reverse("reports:number_route", args=["5511987654321"])
    text = client.get(address).content.decode()
    assert 'value="PADARIA"' in text
    assert step.gateway.name in text
    assert page_of(route) in text
    assert "0.30" in text
    assert f"customer={customer.pk}" in text
    for nobody in ("NOBODY", "/", "ACME/\0", "'\"", "x" * 500):
        assert "There is no such" in client.get(address, {"caller": nobody}).content.decode()
    landline = client.get(reverse("reports:number_route", args=[KEY]), {"caller": "padaria"}).content.decode()
    assert "No route" in landline
    assert client.get(reverse("reports:number_route", args=["1001"])).status_code == 404


def test_whoever_called_the_number_last_is_asked_about(as_role: AsRole) -> None:
    NodeFactory.create()
    CustomerFactory.create(code="AAA")
    last = CustomerFactory.create(code="ZZZ", type=CustomerType.EXTENSION)
    CdrFactory.create(called_number="5511987654321", customer=last, direction=Direction.OUTBOUND)
    called = CustomerFactory.create(code="BBB")
    CdrFactory.create(called_number="5511987654321", customer=called, direction=Direction.INBOUND)
    text = as_role(Role.VIEWER).get(reverse("reports:number_route", args=["5511987654321"])).content.decode()
    assert 'value="ZZZ"' in text


def test_the_page_takes_as_many_queries_whatever_calls_there_are(as_role: AsRole) -> None:
    viewer = as_role(Role.VIEWER)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(viewer, KEY)
        return len(captured)

    CdrFactory.create(called_number=KEY)
    CdrFactory.create(src=KEY)
    DIDAllocationFactory.create(did__number=KEY, did__status=DIDStatus.ALLOCATED)
    ExtensionFactory.create(caller_id_number=KEY)
    queries()
    before = queries()
    for _turn in range(12):
        CdrFactory.create(called_number=KEY, customer=CustomerFactory.create())
        CdrFactory.create(src=KEY)
        ExtensionFactory.create(caller_id_number=KEY)
    assert queries() == before


def test_numbers_are_links_to_their_page_and_other_callers_are_not() -> None:
    assert page_of_number("+351210000000") == "/numbers/+351210000000/"
    assert page_of_number("anonymous") == ""
    assert number_link("<b>") == "&lt;b&gt;"
    assert f'href="/numbers/{KEY}/"' in number_link(KEY)


def test_numbers_lead_to_their_page_wherever_they_are_shown(as_role: AsRole) -> None:
    cache.clear()
    did = DIDFactory.create(number=KEY)
    call = CdrFactory.create(src=KEY, called_number="5521987654321", dst="021987654321")
    client = as_role(Role.ADMIN)
    for address in (reverse("billing:cdr_list"), reverse("reports:dashboard"), page_of(call)):
        text = client.get(address).content.decode()
        for number in (KEY, "5521987654321"):
            assert page_of_number(number) in text, address
    assert page_of_number(KEY) in client.get(page_of(did)).content.decode()
