"""The REST API of DIDs: the inventory, ranges, and who a number is allocated to."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema, Status
from pydantic import Field

from customers.models import Customer, Extension
from numbering import services
from numbering.models import DID, DestinationType, DIDAllocation, DIDStatus
from numbering.plan.api import PLAN_ROUTERS
from numbering.queries import current_allocation
from routing.models import Gateway, Provider
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output

MonthlyCost = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)]
MonthlyPrice = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Number = Annotated[str, Field(max_length=15, description="E.164 without the plus: 551140001000.")]
SHORTEST_FORWARD = 7  # fewer digits are meant for an extension


class DIDIn(Input):
    """A number of the inventory; its status changes by allocate, deallocate, block and unblock."""

    number: Number
    provider_id: uuid.UUID
    gateway_id: uuid.UUID | None = None
    monthly_cost: MonthlyCost = Decimal(0)
    notes: Annotated[str, Field(max_length=4000)] = ""


class AllocationOut(Output):
    """Whose a number is, and where its calls go."""

    id: uuid.UUID
    customer_id: uuid.UUID
    destination: str
    destination_type: DestinationType
    extension_id: uuid.UUID | None
    forward_to: str
    monthly_price: Decimal
    starts_at: datetime
    ends_at: datetime | None

    @staticmethod
    def resolve_destination(allocation: DIDAllocation) -> str:
        """Return the destination as `allocate` takes it."""
        if allocation.destination_type == DestinationType.TRUNK:
            return "trunk"
        return allocation.extension.number if allocation.extension else allocation.forward_to


class DIDOut(Output):
    """A number of the inventory; `allocation` is the one in force."""

    hidden_from_customers: ClassVar = frozenset({"provider_id", "gateway_id", "monthly_cost", "notes"})

    id: uuid.UUID
    number: str
    provider_id: uuid.UUID | None
    gateway_id: uuid.UUID | None
    status: DIDStatus
    quarantined_until: datetime | None
    monthly_cost: Decimal | None
    notes: str | None
    allocation: AllocationOut | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_allocation(did: DID) -> DIDAllocation | None:
        """Return the allocation that `_with_allocation` read."""
        current: list[DIDAllocation] = getattr(did, "current_allocations", [])
        return current[0] if current else None


class DIDFilters(FilterSchema):
    """What a list of numbers may be narrowed by."""

    number: Annotated[str | None, FilterLookup("number")] = None
    prefix: Annotated[str | None, FilterLookup("number__startswith")] = None
    status: DIDStatus | None = None
    provider_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    search: Annotated[str | None, FilterLookup("number__contains")] = None

    def filter_customer_id(self, value: uuid.UUID | None) -> Q:
        """Narrow to the numbers that are a customer's now."""
        if value is None:
            return Q()
        return Q(pk__in=DIDAllocation.objects.current().filter(customer=value).values("did"))


class DestinationIn(Input):
    """Where calls go, spelled out."""

    type: DestinationType
    extension_id: uuid.UUID | None = None
    forward_to: Annotated[str, Field(max_length=21)] = ""


class RedirectIn(Input):
    """`destination` is `trunk`, the number of one of the customer's extensions, or a number to forward to."""

    destination: Annotated[str, Field(max_length=21)] | DestinationIn
    monthly_price: Annotated[MonthlyPrice | None, Field(description="Null: none, or as it is.")] = None


class AllocateIn(RedirectIn):
    """A customer, and the destination as for a redirection."""

    customer_id: uuid.UUID


class RangeIn(Input):
    """Consecutive numbers, first and last included."""

    first: Number
    last: Number
    provider_id: uuid.UUID
    gateway_id: uuid.UUID | None = None
    monthly_cost: MonthlyCost = Decimal(0)


class RangeOut(Output):
    """What a range brought."""

    created: int
    first: str
    last: str


def _with_allocation(dids: QuerySet[DID]) -> QuerySet[DID]:
    current = DIDAllocation.objects.current().select_related("extension")
    return dids.prefetch_related(Prefetch("allocations", queryset=current, to_attr="current_allocations"))


dids = Resource(
    model=DID,
    tag="dids",
    read=DIDOut,
    write=DIDIn,
    filters=DIDFilters,
    ordering=("number", "status", "created_at", "updated_at"),
    default_ordering="number",
    prepare=_with_allocation,
)
dids_router = crud_router(dids)
ROUTERS = {"dids": dids_router, **PLAN_ROUTERS}
CHANGE = Needs("numbering.change_did")
NAMES = {
    "did": "id",
    "customer": "customer_id",
    "extension": "destination",
    "forward_to": "destination",
    "destination_type": "destination",
}


@dids_router.post("/range", response={201: RangeOut}, auth=Needs("numbering.add_did"), operation_id="create_did_range")
def create_did_range(request: HttpRequest, payload: RangeIn) -> Any:
    """Put consecutive numbers into the inventory: all of them, or none where one is taken."""
    with domain_call({"provider": "provider_id", "gateway": "gateway_id", "number": "first"}, DID):
        provider = visible_reference(
            Provider.objects.all(), key=payload.provider_id, user=request.user, field="provider_id"
        )
        gateway = None
        if payload.gateway_id is not None:
            gateway = visible_reference(
                Gateway.objects.all(), key=payload.gateway_id, user=request.user, field="gateway_id"
            )
        created = services.create_did_range(
            first=payload.first,
            last=payload.last,
            provider=provider,
            gateway=gateway,
            monthly_cost=payload.monthly_cost,
        )
        return Status(201, RangeOut(created=len(created), first=created[0].number, last=created[-1].number))


@dids_router.post(f"{ONE}/allocate", response=DIDOut, auth=CHANGE, operation_id="allocate_did")
def allocate_did(request: HttpRequest, id: uuid.UUID, payload: AllocateIn) -> Any:  # noqa: A002 - the path's name
    """Allocate a free number to a customer."""
    with domain_call(NAMES, DIDAllocation):
        did = find(dids, request.user, id)
        customer = visible_reference(
            Customer.objects.all(), key=payload.customer_id, user=request.user, field="customer_id"
        )
        price = payload.monthly_price or Decimal(0)
        services.allocate_did(did=did, customer=customer, monthly_price=price, **_destination_of(payload, customer))
        return dids.shown(find(dids, request.user, id), request.user)


@dids_router.post(f"{ONE}/destination", response=DIDOut, auth=CHANGE, operation_id="redirect_did")
def redirect_did(request: HttpRequest, id: uuid.UUID, payload: RedirectIn) -> Any:  # noqa: A002 - the path's name
    """Send the calls of an allocated number elsewhere; what was before is kept in its history."""
    with domain_call(NAMES, DIDAllocation):
        did = find(dids, request.user, id)
        allocation = current_allocation(did)
        destination = _destination_of(payload, allocation.customer) if allocation else {"destination_type": "trunk"}
        services.change_destination(did=did, monthly_price=payload.monthly_price, **destination)
        return dids.shown(find(dids, request.user, id), request.user)


@dids_router.post(f"{ONE}/deallocate", response=DIDOut, auth=CHANGE, operation_id="deallocate_did")
def deallocate_did(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """End the allocation; the number rests in quarantine before it is free again."""
    with domain_call():
        services.release_did(did=find(dids, request.user, id))
        return dids.shown(find(dids, request.user, id), request.user)


@dids_router.post(f"{ONE}/block", response=DIDOut, auth=CHANGE, operation_id="block_did")
def block_did(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Take a number that is not allocated out of the inventory's choice."""
    with domain_call():
        services.block_did(did=find(dids, request.user, id))
        return dids.shown(find(dids, request.user, id), request.user)


@dids_router.post(f"{ONE}/unblock", response=DIDOut, auth=CHANGE, operation_id="unblock_did")
def unblock_did(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Make a blocked number free."""
    with domain_call():
        services.unblock_did(did=find(dids, request.user, id))
        return dids.shown(find(dids, request.user, id), request.user)


def _destination_of(payload: RedirectIn, customer: Customer) -> dict[str, Any]:
    sent = payload.destination
    if isinstance(sent, str):
        return _destination_of_text(sent, customer)
    extension = None
    if sent.extension_id is not None:
        extension = Extension.objects.filter(pk=sent.extension_id, customer=customer).first()
        if extension is None:
            raise _wrong_destination("not_found", "This customer has no such extension.")
    return {"destination_type": sent.type, "extension": extension, "forward_to": sent.forward_to}


def _destination_of_text(text: str, customer: Customer) -> dict[str, Any]:
    if text == "trunk":
        return {"destination_type": DestinationType.TRUNK}
    extension = Extension.objects.filter(number=text, customer=customer).first()
    if extension is not None:
        return {"destination_type": DestinationType.EXTENSION, "extension": extension}
    if len(text.removeprefix("+")) < SHORTEST_FORWARD:
        raise _wrong_destination("not_found", "This is no extension of the customer, and too short to forward to.")
    return {"destination_type": DestinationType.FORWARD, "forward_to": text}


def _wrong_destination(code: str, message: str) -> ProblemError:
    return ProblemError.of_errors(422, [FieldError("destination", code, message)])
