"""The operator sees which calls were refused and why, and the dashboard says so."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.accounts.audit import report_audit
from billing.accounts.ledger import account_of
from billing.accounts.tasks import audit_ledger
from billing.authorization.refused.pages import REASON_LABELS
from billing.authorization.rules.values import RefusalReason
from billing.models import RefusedCall
from tests.factories import CdrFactory, CustomerFactory, UserFactory
from voipadmin.core.polling import parts
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no dashboard be an earlier one."""
    monkeypatch.setattr(parts, "_fresh", lambda _key: None)
    monkeypatch.setattr(parts, "_of_another_process", lambda _key: None)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    client.cookies["django_language"] = "en"
    return client


def refused(**other: Any) -> RefusedCall:
    values: dict[str, Any] = {"node_name": "pbx1", "number": "5511987654321", "reason": "credit", "cause": 21}
    made: RefusedCall = RefusedCall.objects.create(**(values | {"customer": CustomerFactory.create()} | other))
    return made


def dashboard(client: Client) -> str:
    return client.get(reverse("reports:dashboard_live")).content.decode()


def test_every_reason_of_the_rules_has_words() -> None:
    assert {str(reason) for reason in RefusalReason} <= set(REASON_LABELS)


def test_a_refused_call_tells_whose_where_to_and_why(operator: Client) -> None:
    call = refused(detail="<b>0.20</b>")
    page = operator.get(call.get_absolute_url()).content.decode()
    assert "No credit left" in page
    assert "&lt;b&gt;0.20" in page
    listed = operator.get(reverse("billing:refusedcall_list")).content.decode()
    assert call.customer.code in listed
    assert call.get_absolute_url() in listed


def test_the_list_is_narrowed_by_customer_reason_and_day(operator: Client) -> None:
    mine, other = refused(number="551140001000"), refused(number="551150002000", reason="country")
    RefusedCall.objects.filter(pk=other.pk).update(created_at=timezone.now() - timedelta(days=3))
    address = reverse("billing:refusedcall_list")
    today = timezone.localdate().isoformat()
    queries: list[dict[str, str]] = [
        {"customer": str(mine.customer_id)},
        {"reason": "credit"},
        {"since": today},
        {"q": "4000"},
    ]
    for query in queries:
        text = operator.get(address, query).content.decode()
        assert (mine.number in text, other.number in text) == (True, False), query
    # What is no day is said, and the list is shown.
    text = operator.get(address, {"until": "not-a-day"}).content.decode()
    assert "not-a-day" in text
    assert "Enter a valid date" in text
    assert mine.number in text


def test_what_is_listed_is_exported(operator: Client) -> None:
    call = refused(detail="=cmd()")
    answer: Any = operator.get(reverse("billing:refusedcall_list"), {"export": "csv-machine"})
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert call.number in text
    assert "credit" in text
    assert "'=cmd()" in text


def test_an_account_leads_to_its_refused_calls(operator: Client) -> None:
    call = refused()
    page = operator.get(account_of(call.customer).get_absolute_url()).content.decode()
    assert f"{reverse('billing:refusedcall_list')}?customer={call.customer_id}" in page


def test_the_dashboard_counts_those_of_the_last_hour(operator: Client) -> None:
    assert reverse("billing:refusedcall_list") + '">Look' not in dashboard(operator)
    refused()
    assert "1 call was refused in the last hour." in dashboard(operator)


def test_people_of_a_customer_see_their_own_and_nothing_of_our_side(client: Client) -> None:
    call, loss = refused(detail="secret one"), refused(number="551140001000", reason="loss", detail="carrier at 0.99")
    RefusedCall.objects.filter(pk=loss.pk).update(customer=call.customer)
    other = refused(number="551199990000")
    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[call.customer]))
    client.cookies["django_language"] = "en"
    address = reverse("billing:refusedcall_list")
    text = client.get(address).content.decode()
    assert (call.number in text, loss.number in text, other.number in text) == (True, True, False)
    assert client.get(other.get_absolute_url()).status_code == 404
    pages = [
        text,
        client.get(call.get_absolute_url()).content.decode(),
        client.get(loss.get_absolute_url()).content.decode(),
    ]
    for page in pages:
        for hidden in ("secret one", "0.99", "pbx1"):
            assert hidden not in page
    assert "No tariff" in pages[2]
    for query, found in (({"reason": "loss"}, False), ({"reason": "no_rate"}, True), ({"q": "carrier"}, False)):
        assert (loss.number in client.get(address, query).content.decode()) is found, query


def test_the_dashboard_says_that_the_audit_found_a_difference_until_it_finds_none(operator: Client) -> None:
    call = CdrFactory.create(customer=CustomerFactory.create(), price=Decimal("1.5"), currency="BRL")
    assert audit_ledger() == 1
    assert "audit of the ledger found 1 difference." in dashboard(operator)
    call.customer = None
    call.save()
    assert audit_ledger() == 0
    assert "audit of the ledger" not in dashboard(operator)


def test_a_customer_is_not_told_of_the_audit(client: Client) -> None:
    report_audit(found=3)
    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[CustomerFactory.create()]))
    assert "audit of the ledger" not in dashboard(client)
