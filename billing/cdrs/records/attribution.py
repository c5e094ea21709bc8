"""Whose call a record is: by the ids that the dialplan wrote, else by account code, channels and called number."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Lower

from billing.cdrs.lines.spool_format import SpoolRecord
from billing.models import Direction, Disposition
from billing.rating.called_numbers import endpoint_of, number_called, origin_of
from billing.rating.calls import INBOUND, INTERNAL, OUTBOUND, CallFacts, ProviderCost
from customers.models import Customer, Extension
from customers.queries import extension_areas
from numbering.models import DID, DIDAllocation
from routing.models import Gateway, Route
from voipadmin.core.numbering_plan.queries import PlansByDay, current_plan
from voipadmin.core.numbers.areas import home_area_of
from voipadmin.core.numbers.number import Number, NumberKind
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import AUTOMATIC, number_of_key, read_received


class Attribution(NamedTuple):
    """What a record is about. An object that was deleted meanwhile is None, which is no error."""

    direction: str
    called: Number
    customer_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    did_id: uuid.UUID | None = None
    provider_cost: ProviderCost | None = None
    origin: str = ""
    plan_id: uuid.UUID | None = None

    def facts(self, record: SpoolRecord) -> CallFacts:
        """Return what decides the record's price."""
        return CallFacts(
            self.direction,
            self.called.key,
            record.answered_at or record.started_at,
            record.billable_seconds,
            self.provider_cost,
            self.origin,
            self.plan_id,
            record.disposition == ANSWERED,
        )


# The directions that a dialplan may write into a record; any other value is found out from the channels.
WRITTEN_DIRECTIONS = frozenset({OUTBOUND, INBOUND, INTERNAL})
ANSWERED = Disposition.ANSWERED.value
COLLEAGUE = Number(NumberKind.EXTENSION)


@dataclass(frozen=True, slots=True)
class CustomerPricing:
    """What of a customer decides its prices: its plan, its number where a call shows none of its own, and its area."""

    plan_id: uuid.UUID | None = None
    number: str = ""
    home_area: str = ""


NO_PRICING = CustomerPricing()


@dataclass(slots=True)
class KnownObjects:
    """The numbering plans, and the objects that a batch of records names, read in a handful of queries."""

    plan: NumberingPlan
    # Of the days of the calls: a file of last year is read as its calls were.
    plans: PlansByDay
    # By the reference that the dialplan wrote.
    customers: dict[str, uuid.UUID] = field(default_factory=dict)
    gateways: dict[str, uuid.UUID] = field(default_factory=dict)
    routes: dict[str, uuid.UUID] = field(default_factory=dict)
    dids: dict[str, uuid.UUID] = field(default_factory=dict)
    pricing: dict[uuid.UUID, CustomerPricing] = field(default_factory=dict)
    customers_by_code: dict[str, uuid.UUID] = field(default_factory=dict)
    customers_by_endpoint: dict[str, uuid.UUID] = field(default_factory=dict)
    areas_by_endpoint: dict[str, str] = field(default_factory=dict)
    provider_costs: dict[uuid.UUID, ProviderCost] = field(default_factory=dict)
    gateways_by_name: dict[str, uuid.UUID] = field(default_factory=dict)
    dids_by_number: dict[str, uuid.UUID] = field(default_factory=dict)
    allocations: dict[uuid.UUID, list[DIDAllocation]] = field(default_factory=dict)


def attribute(records: Sequence[SpoolRecord]) -> list[Attribution]:
    """Return the attribution of each record of a batch, in its order.

    1. Read every object that a record of the batch could name, each kind in one query.
    2. Take the ids that the dialplan wrote; an object that does not exist any more leaves None.
    3. Where a record has none: the customer by account code, by the DID's allocation at that time, or by the caller's
       channel; the gateway by the channel on the carrier's side; the DID by the called number.
    """
    known = _read_objects(records)
    return [_attribute(record, known) for record in records]


def _read_objects(records: Sequence[SpoolRecord]) -> KnownObjects:
    bare = [record for record in records if not (record.customer_ref and record.direction)]
    known = KnownObjects(current_plan(), PlansByDay())
    codes = {record.account_code.lower() for record in records if record.account_code and not record.customer_ref}
    endpoints = {endpoint_of(name) for record in bare for name in (record.channel, record.destination_channel)} - {""}
    _read_customers(known, _references(record.customer_ref for record in records), codes, endpoints)
    named = _references(record.gateway_ref for record in records)
    gateways = Gateway.objects.annotate(price=F("provider__cost_per_minute"), money=F("provider__currency"))
    wanted = gateways.filter(pk__in=named.values())
    for gateway in wanted | gateways.filter(name__in=endpoints) if endpoints else wanted:
        known.provider_costs[gateway.pk] = ProviderCost(gateway.price, gateway.money, gateway.provider_id)
        known.gateways_by_name[gateway.name] = gateway.pk
    known.gateways = _there(named, known.provider_costs)
    routes = _references(record.route_ref for record in records)
    known.routes = _there(routes, Route.objects.filter(pk__in=routes.values()).values_list("pk", flat=True))
    dids = _references(record.did_ref for record in records)
    known.dids = _there(dids, DID.objects.filter(pk__in=dids.values()).values_list("pk", flat=True))
    known.areas_by_endpoint = extension_areas()
    _read_called_dids(known, bare)
    _read_pricing(known)
    return known


def _read_customers(known: KnownObjects, ids: dict[str, uuid.UUID], codes: set[str], endpoints: set[str]) -> None:
    known.customers = _there(ids, Customer.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    named = codes | {_trunk_code(endpoint) for endpoint in endpoints}
    by_code = Customer.objects.annotate(lower_code=Lower("code")).filter(lower_code__in=named)
    known.customers_by_code = dict(by_code.values_list("lower_code", "pk")) if named else {}
    extensions = Extension.objects.filter(sip_username__in=endpoints) if endpoints else Extension.objects.none()
    known.customers_by_endpoint = dict(extensions.values_list("sip_username", "customer_id"))


def _read_called_dids(known: KnownObjects, records: Iterable[SpoolRecord]) -> None:
    numbers = {_received(record, known.plans.at(record.started_at)).key for record in records if not record.did_ref} - {
        ""
    }
    known.dids_by_number = dict(DID.objects.filter(number__in=numbers).values_list("number", "pk")) if numbers else {}
    for allocation in DIDAllocation.objects.filter(did__in=known.dids_by_number.values()):
        known.allocations.setdefault(allocation.did_id, []).append(allocation)


def _read_pricing(known: KnownObjects) -> None:
    callers = {*known.customers.values(), *known.customers_by_code.values(), *known.customers_by_endpoint.values()}
    rows = Customer.objects.filter(pk__in=callers).values_list("pk", "account__plan", "caller_id_number", "home_area")
    for pk, plan, number, own_area in rows:
        area = home_area_of(known.plan, customer_area=own_area, main_number=number)
        known.pricing[pk] = CustomerPricing(plan, number, area)


def _references(references: Iterable[str]) -> dict[str, uuid.UUID]:
    """Return the ids that records name, by what they wrote."""
    return {reference: identifier for reference in set(references) if (identifier := _as_id(reference))}


def _there(named: Mapping[str, uuid.UUID], existing: Iterable[uuid.UUID]) -> dict[str, uuid.UUID]:
    """Keep those that exist."""
    found = set(existing)
    return {reference: identifier for reference, identifier in named.items() if identifier in found}


def _as_id(reference: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(reference) if reference else None
    except ValueError:
        return None


def _received(record: SpoolRecord, plan: NumberingPlan) -> Number:
    """Return the number that a carrier sent, read as the node did, else as carriers write numbers."""
    if record.dialled:
        return number_of_key(record.dialled, plan)
    return read_received(record.dst, AUTOMATIC, plan)


def _called(record: SpoolRecord, plan: NumberingPlan, direction: str, home_area: str) -> Number:
    if direction == INTERNAL:
        return COLLEAGUE
    if direction == INBOUND:
        return _received(record, plan)
    is_key = bool(record.kind)
    return number_called(record.dialled, record.dst, plan, home_area=home_area, is_key=is_key)


def _attribute(record: SpoolRecord, known: KnownObjects) -> Attribution:
    direction = record.direction if record.direction in WRITTEN_DIRECTIONS else _direction(record, known)
    gateway = known.gateways.get(record.gateway_ref)
    if not record.gateway_ref:
        far_end = record.channel if direction == INBOUND else record.destination_channel
        gateway = known.gateways_by_name.get(endpoint_of(far_end))
    did, plan = known.dids.get(record.did_ref), known.plans.at(record.started_at)
    if not record.did_ref and direction == INBOUND:
        did = known.dids_by_number.get(_received(record, plan).key)
    customer = _customer(record, known, direction, did)
    pricing = known.pricing.get(customer, NO_PRICING) if customer else NO_PRICING
    area = known.areas_by_endpoint.get(endpoint_of(record.channel)) or pricing.home_area
    caller, is_outgoing = record.caller or record.src, direction == OUTBOUND
    return Attribution(
        direction=direction,
        called=_called(record, plan, direction, area),
        customer_id=customer,
        gateway_id=gateway,
        route_id=known.routes.get(record.route_ref),
        did_id=did,
        provider_cost=known.provider_costs[gateway] if gateway and is_outgoing else None,
        origin=origin_of(caller, pricing.number, plan, home_area=area) if is_outgoing else "",
        plan_id=pricing.plan_id,
    )


def _direction(record: SpoolRecord, known: KnownObjects) -> str:
    caller, called = endpoint_of(record.channel), endpoint_of(record.destination_channel)
    if caller in known.gateways_by_name:
        return INBOUND
    if called in known.gateways_by_name:
        return OUTBOUND
    if caller in known.customers_by_endpoint and called in known.customers_by_endpoint:
        return INTERNAL
    return Direction.UNKNOWN


def _customer(record: SpoolRecord, known: KnownObjects, direction: str, did: uuid.UUID | None) -> uuid.UUID | None:
    if record.customer_ref:
        return known.customers.get(record.customer_ref)
    if record.account_code.lower() in known.customers_by_code:
        return known.customers_by_code[record.account_code.lower()]
    if direction == INBOUND and did:
        held = (item for item in known.allocations.get(did, ()) if item.is_current(record.started_at))
        return next((item.customer_id for item in held), None)
    endpoint = endpoint_of(record.channel)
    return known.customers_by_endpoint.get(endpoint) or known.customers_by_code.get(_trunk_code(endpoint))


def _trunk_code(endpoint: str) -> str:
    """Return the customer code in a trunk's endpoint: the dialplan writes `trunk.ACME`, an operator's own `ACME`."""
    return endpoint.removeprefix("trunk.").lower()
