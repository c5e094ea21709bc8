from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.models import CustomerStatus, CustomerType
from numbering import services
from numbering.errors import CustomerRefused, InvalidMoment, NotAllocated, NumberUnavailable
from numbering.models import DestinationType, DIDAllocation, DIDStatus
from numbering.queries import current_allocation
from numbering.tasks import end_quarantines
from tests.factories import CustomerFactory, DIDFactory, ExtensionFactory
from tests.numbering.oracles import allocation_at, status_counts
from voipadmin.core.errors import InUse
from voipadmin.core.services import delete_object

pytestmark = pytest.mark.django_db

TRUNK = DestinationType.TRUNK


def test_a_free_number_becomes_the_customers() -> None:
    did, customer = DIDFactory.create(), CustomerFactory.create()
    allocation = services.allocate_did(did=did, customer=customer, destination_type=TRUNK)
    did.refresh_from_db()
    assert did.status == DIDStatus.ALLOCATED
    assert current_allocation(did) == allocation


def test_a_taken_number_cannot_be_allocated_again() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    with pytest.raises(NumberUnavailable, match="already allocated"):
        services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    assert did.allocations.count() == 1


def test_a_blocked_number_cannot_be_allocated() -> None:
    did = DIDFactory.create()
    services.block_did(did=did)
    with pytest.raises(NumberUnavailable, match="blocked"):
        services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)


def test_a_released_number_rests_in_quarantine(settings: Any) -> None:
    settings.DID_QUARANTINE_DAYS = 30
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    ended = services.release_did(did=did)
    did.refresh_from_db()
    assert did.status == DIDStatus.QUARANTINED
    assert ended.ends_at is not None
    assert did.quarantined_until == ended.ends_at + timedelta(days=30)
    with pytest.raises(NumberUnavailable, match="quarantine until"):
        services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)


def test_without_quarantine_a_released_number_is_free_at_once(settings: Any) -> None:
    settings.DID_QUARANTINE_DAYS = 0
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    services.release_did(did=did)
    assert did.status == DIDStatus.FREE
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    assert did.allocations.count() == 2


def test_the_task_frees_only_numbers_whose_quarantine_is_over() -> None:
    now = timezone.now()
    over = DIDFactory.create(status=DIDStatus.QUARANTINED, quarantined_until=now - timedelta(seconds=1))
    resting = DIDFactory.create(status=DIDStatus.QUARANTINED, quarantined_until=now + timedelta(days=1))
    assert end_quarantines() == 1
    over.refresh_from_db()
    resting.refresh_from_db()
    assert (over.status, over.quarantined_until) == (DIDStatus.FREE, None)
    assert resting.status == DIDStatus.QUARANTINED


def test_a_number_that_nobody_has_cannot_be_released() -> None:
    with pytest.raises(NotAllocated):
        services.release_did(did=DIDFactory.create())


def test_a_release_before_the_allocation_began_is_refused() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    with pytest.raises(InvalidMoment):
        services.release_did(did=did, at=timezone.now() - timedelta(days=1))
    did.refresh_from_db()
    assert did.status == DIDStatus.ALLOCATED


def test_an_allocation_cannot_begin_in_the_future() -> None:
    with pytest.raises(InvalidMoment):
        services.allocate_did(
            did=DIDFactory.create(),
            customer=CustomerFactory.create(),
            destination_type=TRUNK,
            at=timezone.now() + timedelta(hours=1),
        )


def test_an_allocation_dated_back_into_anothers_time_is_refused(settings: Any) -> None:
    settings.DID_QUARANTINE_DAYS = 0
    did, now = DIDFactory.create(), timezone.now()
    services.allocate_did(
        did=did, customer=CustomerFactory.create(), destination_type=TRUNK, at=now - timedelta(days=10)
    )
    services.release_did(did=did, at=now - timedelta(days=5))
    with pytest.raises(NumberUnavailable, match="in that time"):
        services.allocate_did(
            did=did, customer=CustomerFactory.create(), destination_type=TRUNK, at=now - timedelta(days=6)
        )
    did.refresh_from_db()
    assert did.status == DIDStatus.FREE
    assert did.allocations.count() == 1


def test_a_blocked_number_returns_into_what_is_left_of_its_quarantine() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    services.release_did(did=did)
    until = did.quarantined_until
    services.block_did(did=did)
    assert did.quarantined_until is None
    services.unblock_did(did=did)
    assert (did.status, did.quarantined_until) == (DIDStatus.QUARANTINED, until)


def test_an_allocated_number_cannot_be_blocked() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    with pytest.raises(NumberUnavailable, match="Release it first"):
        services.block_did(did=did)


def test_a_number_that_is_not_blocked_cannot_be_unblocked() -> None:
    with pytest.raises(NumberUnavailable, match="not blocked"):
        services.unblock_did(did=DIDFactory.create())


def test_a_changed_destination_keeps_the_history() -> None:
    extension = ExtensionFactory.create()
    did = DIDFactory.create()
    services.allocate_did(
        did=did, customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
    )
    services.change_destination(did=did, destination_type=DestinationType.FORWARD, forward_to="5511999990000")
    old, new = did.allocations.order_by("starts_at")
    assert (old.destination, old.ends_at) == (extension.number, new.starts_at)
    assert (new.destination, new.ends_at, new.customer) == ("5511999990000", None, extension.customer)


def test_an_extension_that_a_number_rings_cannot_be_deleted_until_the_number_is_released() -> None:
    extension, did = ExtensionFactory.create(), DIDFactory.create()
    services.allocate_did(
        did=did, customer=extension.customer, destination_type=DestinationType.EXTENSION, extension=extension
    )
    with pytest.raises(InUse, match=did.number):
        delete_object(extension)
    services.release_did(did=did)
    number = extension.number
    delete_object(extension)
    assert did.allocations.get().destination == number


def test_another_customers_extension_is_refused() -> None:
    extension = ExtensionFactory.create()
    stranger = CustomerFactory.create(type=CustomerType.EXTENSION)
    did = DIDFactory.create()
    with pytest.raises(ValidationError, match="another customer"):
        services.allocate_did(
            did=did, customer=stranger, destination_type=DestinationType.EXTENSION, extension=extension
        )
    did.refresh_from_db()
    assert (did.status, did.allocations.count()) == (DIDStatus.FREE, 0)


@pytest.mark.parametrize(
    ("destination", "field"),
    [(DestinationType.EXTENSION, "extension"), (DestinationType.FORWARD, "forward_to"), (TRUNK, "destination_type")],
)
def test_a_destination_that_the_customer_has_not_is_refused_at_its_field(destination: str, field: str) -> None:
    customer = CustomerFactory.create(type=CustomerType.EXTENSION)
    with pytest.raises(ValidationError) as refusal:
        services.allocate_did(did=DIDFactory.create(), customer=customer, destination_type=destination)
    assert list(refusal.value.message_dict) == [field]


def test_a_number_cannot_be_forwarded_to_itself() -> None:
    did = DIDFactory.create()
    with pytest.raises(ValidationError, match="itself"):
        services.allocate_did(
            did=did,
            customer=CustomerFactory.create(),
            destination_type=DestinationType.FORWARD,
            forward_to=f"+{did.number}",
        )


def test_a_closed_customer_gets_no_numbers() -> None:
    customer = CustomerFactory.create(status=CustomerStatus.CLOSED)
    with pytest.raises(CustomerRefused):
        services.allocate_did(did=DIDFactory.create(), customer=customer, destination_type=TRUNK)


def test_a_suspended_customer_may_still_be_given_a_number() -> None:
    customer = CustomerFactory.create(status=CustomerStatus.SUSPENDED)
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=customer, destination_type=TRUNK)
    assert did.status == DIDStatus.ALLOCATED


def test_whose_a_number_was_is_known_for_every_moment() -> None:
    did, now = DIDFactory.create(), timezone.now()
    first = services.allocate_did(
        did=did, customer=CustomerFactory.create(), destination_type=TRUNK, at=now - timedelta(days=100)
    )
    services.release_did(did=did, at=now - timedelta(days=50))
    second = services.allocate_did(
        did=did, customer=CustomerFactory.create(), destination_type=TRUNK, at=now - timedelta(days=10)
    )
    assert allocation_at(number=did.number, at=now - timedelta(days=99)) == first
    assert allocation_at(number=did.number, at=now - timedelta(days=50)) is None
    assert allocation_at(number=did.number, at=now) == second


def test_the_counts_name_every_status() -> None:
    DIDFactory.create_batch(2)
    DIDFactory.create(status=DIDStatus.BLOCKED)
    assert status_counts() == {"free": 2, "allocated": 0, "quarantined": 0, "blocked": 1}


def test_a_number_with_a_history_cannot_become_another_number() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=TRUNK)
    did.number = "551133334444"
    with pytest.raises(ValidationError, match="history"):
        did.full_clean()
    assert DIDAllocation.objects.get().did_id == did.pk
