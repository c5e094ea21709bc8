"""Two connections at once: real threads on the real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from customers.models import Customer, CustomerStatus
from customers.services import save_customer
from numbering import services
from numbering.errors import CustomerRefused, NotAllocated, NumberUnavailable
from numbering.models import DID, DestinationType, DIDStatus
from numbering.ranges import create_did_range
from tests.factories import CustomerFactory, DIDFactory, ProviderFactory
from voipadmin.core.errors import Conflict, DomainError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres15, pytest.mark.slow(seconds=0.3)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; return each one's result or the domain's error."""
    barrier = threading.Barrier(len(calls), timeout=10)
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[index] = call()
        except DomainError as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    return results


def allocate(did: DID) -> Callable[[], Any]:
    customer = CustomerFactory.create()
    return lambda: services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK)


def test_of_five_browsers_that_allocate_one_number_one_wins_and_the_others_are_told() -> None:
    did = DIDFactory.create()
    results = at_once(*[allocate(DID.objects.get(pk=did.pk)) for _browser in range(5)])
    refused = [result for result in results if isinstance(result, NumberUnavailable)]
    assert len(refused) == 4
    assert did.allocations.count() == 1


def while_another_waits(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """Run `second` while the transaction of `first` is open; return what it comes to once that has ended."""
    outcome: list[Any] = []
    thread = threading.Thread(target=lambda: outcome.extend(at_once(second)))
    with transaction.atomic():
        first()
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive(), "the second did not wait"
    thread.join(timeout=10)
    return outcome[0]


def test_the_second_browser_waits_for_the_first_and_sees_what_it_did() -> None:
    did = DIDFactory.create()
    refusal = while_another_waits(allocate(did), allocate(DID.objects.get(pk=did.pk)))
    assert isinstance(refusal, NumberUnavailable)
    assert did.allocations.count() == 1


def test_a_number_is_not_blocked_while_it_is_being_allocated() -> None:
    did = DIDFactory.create()
    other = DID.objects.get(pk=did.pk)
    refusal = while_another_waits(allocate(did), lambda: services.block_did(did=other))
    assert isinstance(refusal, NumberUnavailable)
    did.refresh_from_db()
    assert did.status == DIDStatus.ALLOCATED


def test_a_customer_that_is_being_closed_gets_no_number() -> None:
    did, customer = DIDFactory.create(), CustomerFactory.create()
    closing = Customer.objects.get(pk=customer.pk)
    closing.status = CustomerStatus.CLOSED
    refusal = while_another_waits(
        lambda: save_customer(customer=closing),
        lambda: services.allocate_did(did=did, customer=customer, destination_type=DestinationType.TRUNK),
    )
    assert isinstance(refusal, CustomerRefused)
    assert DID.objects.get(pk=did.pk).status == DIDStatus.FREE


@pytest.mark.slow(seconds=1)
def test_a_number_released_twice_at_once_is_released_once() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=DestinationType.TRUNK)
    other = DID.objects.get(pk=did.pk)
    refusal = while_another_waits(lambda: services.release_did(did=did), lambda: services.release_did(did=other))
    assert isinstance(refusal, NotAllocated)


def test_a_release_and_an_allocation_at_once_leave_a_number_that_is_one_or_the_other() -> None:
    did = DIDFactory.create()
    services.allocate_did(did=did, customer=CustomerFactory.create(), destination_type=DestinationType.TRUNK)
    at_once(lambda: services.release_did(did=DID.objects.get(pk=did.pk)), allocate(DID.objects.get(pk=did.pk)))
    did.refresh_from_db()
    current = did.allocations.filter(ends_at=None).count()
    assert (did.status, current) in [(DIDStatus.QUARANTINED, 0), (DIDStatus.ALLOCATED, 1)]


def test_a_range_created_twice_at_once_exists_once() -> None:
    provider = ProviderFactory.create()

    def create() -> int:
        return len(create_did_range(first="551130000000", last="551130000099", provider=provider))

    results = at_once(create, create)
    assert results.count(100) == 1
    assert sum(isinstance(result, DomainError | Conflict) for result in results) == 1
    assert DID.objects.count() == 100
