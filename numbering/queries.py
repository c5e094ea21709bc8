"""Reads of numbers, of their allocations, and of what the numbering plan says."""

from dataclasses import dataclass
from datetime import datetime

from customers.models import Customer
from numbering.models import DID, DIDAllocation
from voipadmin.core.numbering_plan.queries import NumberFacts, current_plan, facts_of
from voipadmin.core.numbers.reading import read_written


def current_allocation(did: DID) -> DIDAllocation | None:
    """Return the allocation in force, or None."""
    allocations = DIDAllocation.objects.current().filter(did=did)
    return allocations.select_related("customer", "extension").first()


@dataclass(frozen=True)
class NumberReading:
    """What a number is to a caller in `home_area`."""

    facts: NumberFacts
    home_area: str


def read_for_customer(*, number: str, customer: Customer | None, at: datetime | None) -> NumberReading:
    """Return what a number, written as people write it, is to a customer at a moment, now by default."""
    plan = current_plan(at)
    home_area = customer.local_area(plan) if customer is not None else ""
    return NumberReading(facts_of(read_written(number, plan, home_area=home_area)), home_area)
