"""What interrupts service asks first, with what it would do; nothing happens without the answer of who was asked."""

import re
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from numbering.models import DID, DIDAllocation, DIDStatus
from numbering.services import allocate_did, give_back_did, release_did
from tests.entities import KINDS
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDFactory
from tests.pages.confirming import confirm, token_of
from tests.pages.conftest import AsRole
from tests.pages.subclasses import subclasses
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def allocation() -> DIDAllocation:
    extension = ExtensionFactory.create()
    return allocate_did(
        did=DIDFactory.create(), customer=extension.customer, destination_type="extension", extension=extension,
        monthly_price=Decimal(15),
    )  # fmt: skip


@pytest.fixture
def release(allocation: DIDAllocation) -> str:
    return reverse("numbering:did_release", args=[allocation.did.pk])


def status_of(allocation: DIDAllocation) -> str:
    return str(DID.objects.get(pk=allocation.did_id).status)


def test_the_question_says_what_is_in_use(operator: Client, allocation: DIDAllocation, release: str) -> None:
    # I2
    NodeFactory.create()
    CdrFactory.create(did=allocation.did, started_at=timezone.now() - timedelta(days=1), billable_seconds=600)
    CdrFactory.create(did=allocation.did, started_at=timezone.now() - timedelta(days=9), billable_seconds=600)
    text = text_of(operator.get(release))
    assert str(allocation.customer) in text
    assert "15.00" in text
    assert "Minutes of the last seven days</dt><dd>" in text.replace("<svg", "<dd>").replace("\n", "")
    assert " 10</dd>" in text
    # Without a node that tells, nothing is known: that is not nobody.
    assert "unknown" in text


def test_only_the_answer_of_who_was_asked_acts(
    operator: Client, as_role: AsRole, allocation: DIDAllocation, release: str
) -> None:
    other = token_of(operator, reverse("numbering:did_block", args=[allocation.did.pk]))
    colleague = token_of(as_role(Role.OPERATOR), release)
    for token in ("", "yes", "yes:x:y", other, colleague):
        answer = operator.post(release, {"confirmation": token})
        assert (answer.status_code, answer["Location"]) == (303, release)
        assert status_of(allocation) == DIDStatus.ALLOCATED
    assert confirm(operator, release).status_code == 302
    assert status_of(allocation) == DIDStatus.QUARANTINED


def test_an_answer_is_about_what_was_asked(operator: Client, allocation: DIDAllocation, release: str) -> None:
    """Given to somebody else meanwhile, the number is not taken from that one."""
    token, did = token_of(operator, release), allocation.did
    release_did(did=did)
    give_back_did(did=did)
    page = operator.post(release, {"confirmation": token}, follow=True)
    assert "no longer open" in text_of(page)
    assert status_of(allocation) == DIDStatus.ALLOCATED


def test_an_answer_comes_within_half_an_hour(operator: Client, allocation: DIDAllocation, release: str) -> None:
    asked_at = time.time() - 31 * 60
    with patch("django.core.signing.time.time", lambda: asked_at):
        token = token_of(operator, release)
    page = operator.post(release, {"confirmation": token}, follow=True)
    assert "no longer open" in text_of(page)
    assert status_of(allocation) == DIDStatus.ALLOCATED


def test_a_dialog_gets_the_question_alone(operator: Client, release: str) -> None:
    alone = text_of(operator.get(release, headers={"hx-request": "true", "hx-target": "ask-dialog"}))
    assert alone.lstrip().startswith("<form")
    assert f'action="{release}"' in alone


def test_a_question_that_came_too_late_says_so_and_has_no_button(
    operator: Client, allocation: DIDAllocation, release: str
) -> None:
    release_did(did=allocation.did)
    text = text_of(operator.get(release))
    assert "cannot be done now" in text
    assert "btn-danger" not in text


def test_a_release_is_taken_back_from_its_toast(operator: Client, allocation: DIDAllocation, release: str) -> None:
    undo = reverse("numbering:did_give_back", args=[allocation.did.pk])
    assert f'hx-get="{undo}"' in text_of(confirm(operator, release, follow=True))
    assert confirm(operator, undo).status_code == 302
    again = allocation.did.allocations.get(ends_at=None)
    assert (again.customer, again.extension, again.monthly_price) == (
        allocation.customer, allocation.customer.extensions.get(), allocation.monthly_price,
    )  # fmt: skip
    # Once more is refused in words.
    assert "no longer in quarantine" in text_of(confirm(operator, undo, follow=True))
    assert allocation.did.allocations.count() == 2


def test_what_cannot_come_back_is_told(operator: Client, allocation: DIDAllocation) -> None:
    undo = reverse("numbering:did_give_back", args=[allocation.did.pk])
    release_did(did=allocation.did)
    Customer.objects.get(pk=allocation.customer_id).extensions.all().delete()
    assert "is gone" in text_of(confirm(operator, undo, follow=True))
    assert status_of(allocation) == DIDStatus.QUARANTINED


def test_who_deletes_much_at_once_types_the_name(admin: Client) -> None:
    customer = CustomerFactory.create()
    few = reverse("customers:customer_delete", args=[customer.pk])
    assert 'name="typed"' not in text_of(admin.get(few))
    for number in range(10):
        TrunkAddressFactory.create(customer=customer, network=f"198.18.7.{number + 1}")
    assert 'name="typed"' in text_of(admin.get(few))
    for typed in ("", str(customer)[:-1], str(customer).lower()):
        page = confirm(admin, few, typed=typed, follow=True)
        assert "Nothing was done" in text_of(page)
        assert Customer.objects.filter(pk=customer.pk).exists()
    confirm(admin, few, typed=f" {customer} ")
    assert not Customer.objects.filter(pk=customer.pk).exists()


def edited(client: Client, customer: Customer, **changed: Any) -> Any:
    answers = KINDS["customers:customer"].answers() | {"code": customer.code, "name": customer.name, **changed}
    return client.post(reverse("customers:customer_edit", args=[customer.pk]), answers)


def test_a_form_that_takes_service_away_asks_before_it_saves(operator: Client, allocation: DIDAllocation) -> None:
    customer = allocation.customer
    asked = edited(operator, customer, type="extension", status="closed")
    assert asked.status_code == 200
    text = text_of(asked)
    assert "Nothing is saved yet" in text
    assert re.search(r"Numbers allocated</dt><dd>(<svg.*?</svg>)? 1</dd>", text, re.DOTALL)
    customer.refresh_from_db()
    assert customer.status == "active"
    token = re.search(r'name="confirmation" value="([^"]+)"', text)
    assert token
    answer = {"type": "extension", "status": "closed", "confirmation": token[1]}
    assert edited(operator, customer, **answer, typed="OTHER").status_code == 200
    assert edited(operator, customer, **answer, typed=customer.code).status_code == 302
    customer.refresh_from_db()
    assert customer.status == "closed"
    assert status_of(allocation) == DIDStatus.QUARANTINED


def test_an_address_is_not_taken_from_a_trunk_unasked(operator: Client) -> None:
    customer = CustomerFactory.create()
    first, second = (TrunkAddressFactory.create(customer=customer, network=f"198.18.7.{at}") for at in (1, 2))

    def sent(*networks: str, **more: str) -> Any:
        rows = {"rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "2"}
        for place, (row, network) in enumerate(zip((first, second), networks, strict=True)):
            fields = {"id": str(row.pk), "network": network or str(row.network), "port": "5060", "transport": "udp"}
            fields |= {"priority": str(place + 1), "receives_calls": "on", **({} if network else {"DELETE": "on"})}
            rows |= {f"rows-{place}-{name}": value for name, value in fields.items()}
        return edited(operator, customer, type="trunk", **rows, **more)

    same = sent("198.18.7.1", "198.18.7.2")
    assert same.status_code == 302, text_of(same)
    asked = text_of(sent("198.18.7.1", "198.18.7.9"))
    assert "Calls from 198.18.7.2 are refused seconds later" in asked
    assert "No address is left" not in asked
    assert "No address is left" in text_of(sent("", ""))
    assert customer.trunk_addresses.count() == 2
    token = re.search(r'name="confirmation" value="([^"]+)"', asked)
    assert token
    assert sent("", "198.18.7.2", confirmation=token[1]).status_code == 200, "an answer about another address"
    assert sent("198.18.7.1", "198.18.7.9", confirmation=token[1]).status_code == 302
    assert sorted(str(row.network) for row in customer.trunk_addresses.all()) == ["198.18.7.1", "198.18.7.9"]


def test_a_form_that_takes_nothing_away_asks_nothing(operator: Client, allocation: DIDAllocation) -> None:
    assert edited(operator, allocation.customer, type="extension", name="Another").status_code == 302


def test_what_is_not_valid_is_told_before_anything_is_asked(operator: Client, allocation: DIDAllocation) -> None:
    text = text_of(edited(operator, allocation.customer, type="extension", status="closed", channel_limit="-1"))
    assert "Nothing is saved yet" not in text
    assert "Nothing was saved" in text


# Actions that interrupt nothing, move no money, and may be repeated.
ACT_AT_ONCE = {
    "AnswerView": "an answer about a price list that does not count yet",
    "ApplyNowView": "writes to the node what the database says already",
    "ComputeView": "a preview",
    "SendTestView": "sends a message that says it is a test",
    "SendAgainView": "sends what was not taken once more",
    "RunNowView": "mails a report that goes out anyway",
    "LetterAgainView": "sends what was asked for once more",
    "MailAgainView": "sends what was asked for once more",
    "EndSilenceView": "an alarm is told of again",
    "JobCancelView": "what the job has done stays, and it can be asked for again",
    "JobRepeatView": "asks for the same once more",
    "GoOnView": "goes on with what was approved",
    "ReadAgainView": "a dry run",
    "TryAgainView": "a record that was kept aside",
}


def test_every_button_asks_or_has_a_reason_not_to() -> None:
    """A new button has a question, or a line above that says why it needs none."""
    found = [view for view in subclasses(ButtonView) if view.perform is not ButtonView.perform]
    assert len(found) > 20
    assert {view.__name__ for view in found if view.question is ButtonView.question} <= ACT_AT_ONCE.keys()
