"""What is no change of an object is an entry of the audit log, too: who, from where, what, and with what."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from tests.factories import CustomerFactory, UserFactory
from tests.pages.confirming import token_of
from voipadmin.core.audit.events import LONGEST_DETAIL, AuditEvent, record_event
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def newest() -> Any:
    return LogEntry.objects.latest("pk")


def test_an_event_names_its_object_and_who_it_was_for() -> None:
    customer, user = CustomerFactory.create(), UserFactory.create()
    record_event(AuditEvent.HANG_UP, customer, details={"calls": 3, "reason": "fraud", "number": ""}, actor=user)
    entry = newest()
    assert entry in LogEntry.objects.get_for_object(customer)
    assert (entry.actor, entry.object_repr) == (user, str(customer))
    assert entry.additional_data == {"event": "hang_up"}
    assert entry.changes == {"calls": ["", "3"], "reason": ["", "fraud"]}


def test_an_event_may_be_about_a_kind_of_objects() -> None:
    record_event(AuditEvent.BULK_ACTION, Customer, details={"objects": 2_000})
    assert (newest().object_pk, newest().content_type.model) == ("", "customer")


def test_a_detail_without_a_word_is_refused_and_a_long_one_is_cut() -> None:
    with pytest.raises(ValueError, match="EVENT_DETAILS"):
        record_event(AuditEvent.HANG_UP, Customer, details={"whatever": 1})
    record_event(AuditEvent.HANG_UP, Customer, details={"filters": "x" * 9_000})
    assert len(newest().changes["filters"][1]) == LONGEST_DETAIL


@pytest.mark.slow(seconds=0.3)
def test_all_entries_of_one_request_belong_together(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.ADMIN), backend="voipadmin.users.backends.RoleBackend")
    first, second = CustomerFactory.create(), CustomerFactory.create()
    for customer in (first, second):
        # A header of the client's own choice puts no entry among those of another request.
        address = reverse("customers:customer_delete", args=[customer.pk])
        client.post(address, {"confirmation": token_of(client, address)}, headers={"x-correlation-id": "mine"})
    entries: Any = LogEntry.objects.filter(action=LogEntry.Action.DELETE)
    saves = {entry.object_repr: entry.cid for entry in entries if entry.content_type.model == "customer"}
    assert len(set(saves.values())) == 2
    assert not {None, "", "mine"} & set(saves.values())
    assert {entry.cid for entry in entries} == set(saves.values())
