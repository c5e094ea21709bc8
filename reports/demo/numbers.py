"""The demo's numbers: ranges of several areas, allocated, released, blocked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import Customer, CustomerStatus, CustomerType
from customers.services import save_customer
from numbering.models import DID, DestinationType, DIDStatus
from numbering.services import allocate_did, block_did, create_did_range, release_did
from reports.demo.carriers import NUMBER_RANGES
from reports.demo.companies import CLOSED, COMPANIES, Company
from routing.models import Gateway, Provider

MONTHLY_COST = Decimal("1.20")
MONTHLY_PRICE = Decimal("4.90")
BLOCKED_AT_END = 2
RELEASED_AFTER_DAYS = 3


def make_numbers() -> Iterator[str]:
    """Put the ranges into the inventory; yield each one's first number."""
    for wanted in NUMBER_RANGES:
        if not DID.objects.filter(number=wanted.first).exists():
            create_did_range(
                first=wanted.first,
                last=str(int(wanted.first) + wanted.size - 1),
                provider=Provider.objects.get(name=wanted.provider),
                gateway=Gateway.objects.get(name=wanted.gateway) if wanted.gateway else None,
                monthly_cost=MONTHLY_COST,
            )
            _block_the_last(wanted.first, wanted.size)
        yield wanted.first


def _block_the_last(first: str, count: int) -> None:
    for offset in range(count - BLOCKED_AT_END, count):
        block_did(did=DID.objects.get(number=str(int(first) + offset)))


def allocate_numbers(now: datetime) -> Iterator[str]:
    """Give each customer that never had one its numbers; yield each one's code."""
    for position, company in enumerate((*COMPANIES, CLOSED)):
        customer = Customer.objects.get(code=company.code)
        if not customer.did_allocations.exists():
            _allocate(customer, company, now - timedelta(days=300 - 11 * position))
            _give_some_back(customer, now - timedelta(days=RELEASED_AFTER_DAYS + position % 20))
            _take_status(customer, company)
        yield company.code


def _allocate(customer: Customer, company: Company, at: datetime) -> None:
    free = DID.objects.filter(status=DIDStatus.FREE).order_by("number")
    local = list(free.filter(number__startswith=f"55{company.area}")[: company.numbers])
    extensions = list(customer.extensions.order_by("number"))
    for position, did in enumerate(local):
        if customer.type == CustomerType.TRUNK:
            allocate_did(
                did=did, customer=customer, destination_type=DestinationType.TRUNK, monthly_price=MONTHLY_PRICE, at=at
            )
        elif position == len(extensions) or position == company.numbers - 1 > 1:
            allocate_did(
                did=did,
                customer=customer,
                destination_type=DestinationType.FORWARD,
                forward_to=f"0{company.area}99{position}123456",
                monthly_price=MONTHLY_PRICE,
                at=at,
            )
        else:
            allocate_did(
                did=did,
                customer=customer,
                destination_type=DestinationType.EXTENSION,
                extension=extensions[position % len(extensions)],
                monthly_price=MONTHLY_PRICE,
                at=at,
            )


def _give_some_back(customer: Customer, at: datetime) -> None:
    """Release one number in six: the inventory has numbers in quarantine and allocations that have ended."""
    for allocation in customer.did_allocations.filter(ends_at=None).select_related("did").order_by("did__number")[5::6]:
        release_did(did=allocation.did, at=at)


def _take_status(customer: Customer, company: Company) -> None:
    """Suspend or close the customer where the demo wants it so: numbers are given to active customers only."""
    customer.status = CustomerStatus.CLOSED if company is CLOSED else company.status
    if customer.status != CustomerStatus.ACTIVE:
        save_customer(customer=customer)
