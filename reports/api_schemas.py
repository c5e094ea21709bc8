"""What the reports of the API answer. Money is a decimal string, other figures are numbers."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from ninja import Schema
from pydantic import BeforeValidator, Field

from asterisk_sync.models import SyncState
from billing.models import Direction, Disposition
from voipadmin.core.api.schemas import Moment, Output, Page


def _two_places(value: Decimal | float | None) -> float | None:
    return None if value is None else round(float(value), 2)


Figure = Annotated[float, BeforeValidator(_two_places)]
MaybeFigure = Annotated[float | None, BeforeValidator(_two_places)]


class CdrOut(Output):
    """A call, or one attempt of it. Durations are seconds; `billsec` is from answer to end."""

    hidden_from_customers: ClassVar = frozenset(
        {"cost", "cost_currency", "margin", "gateway_id", "route_id", "tariff_id", "node_name", "loss_making"}
    )

    id: uuid.UUID
    src: str
    caller: str
    dst: str
    dialled: str
    called_number: Annotated[str, Field(description="The key: digits of E.164, or 0 and a code of the country.")]
    called_kind: str
    called_country: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    duration: Annotated[float, Field(validation_alias="duration_seconds")]
    billsec: Annotated[float, Field(validation_alias="billable_seconds")]
    disposition: Disposition
    cause: int | None
    sip_code: int | None
    direction: Direction
    customer_id: uuid.UUID | None
    did_id: uuid.UUID | None
    gateway_id: uuid.UUID | None
    route_id: uuid.UUID | None
    tariff_id: uuid.UUID | None
    node_name: str | None
    linkedid: str
    attempt: int
    price: Decimal | None
    currency: str
    cost: Decimal | None
    cost_currency: str | None
    margin: Decimal | None
    unrated_reason: str


class PastRatingOut(Output):
    """What a call's record said until a re-rating replaced it."""

    hidden_from_customers: ClassVar = frozenset(
        {"rerating_id", "tariff_id", "matched_pattern", "applied_rate", "cost", "cost_currency", "margin"}
    )

    version: int
    replaced_at: datetime
    rerating_id: uuid.UUID | None
    tariff_id: uuid.UUID | None
    matched_pattern: str | None
    applied_rate: str | None
    billed_seconds: int | None
    price: Decimal | None
    currency: str
    cost: Decimal | None
    cost_currency: str | None
    margin: Decimal | None
    unrated_reason: str


class CdrQuery(Schema):
    """What a report of calls may be narrowed by; `number` is a part of any number of the call."""

    started_from: Moment | None = None
    started_before: Moment | None = None
    ended_from: Annotated[Moment | None, Field(description="A call counts when it ends.")] = None
    ended_before: Moment | None = None
    customer_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    did_id: uuid.UUID | None = None
    tariff_id: uuid.UUID | None = None
    direction: Direction | None = None
    disposition: Disposition | None = None
    number: Annotated[str, Field(max_length=80)] = ""
    node_name: Annotated[str, Field(max_length=60)] = ""
    unrated: bool = False
    loss_making: bool = False
    contradictory: bool = False
    with_attempts: Annotated[bool, Field(description="Every attempt, not one record for each call.")] = False


class Money(Schema):
    """Sums of one currency; cost and margin are null for people of a customer."""

    currency: str
    revenue: Decimal
    cost: Decimal | None
    margin: Decimal | None
    margin_percent: MaybeFigure


class CdrTotalsOut(Schema):
    """Sums of all calls of the report, not of the page."""

    records: int
    calls: int
    answered: int
    asr_percent: MaybeFigure
    talk_seconds: Figure
    minutes: Figure
    acd_seconds: MaybeFigure
    unrated: int
    money: list[Money]


class CdrReportOut(Page[CdrOut]):
    """A page of calls; the first one comes with the sums, the following have null there."""

    totals: CdrTotalsOut | None


class HourOut(Schema):
    """One hour of today and of yesterday."""

    hour: int
    calls: int | None
    answered: int | None
    calls_yesterday: int
    answered_yesterday: int


class TopCustomerOut(Schema):
    """A customer's day."""

    customer_id: uuid.UUID
    code: str
    name: str
    calls: int
    minutes: Figure
    money: list[Money]


class PeerOut(Schema):
    """A node or a gateway; `state` is reachable, unreachable or unknown, `milliseconds` its round trip."""

    name: str
    state: str
    milliseconds: MaybeFigure


class NodeStateOut(Schema):
    """A node and whether it runs what the database says."""

    id: uuid.UUID
    name: str
    state: SyncState
    reachable: bool


class StatsOut(Schema):
    """The day so far, as the dashboard shows it; `calls_up` is null where no node tells."""

    as_of: datetime
    calls_up: int | None
    calls_ringing: int
    calls_today: int
    answered_today: int
    asr_percent: MaybeFigure
    calls_yesterday_by_now: int
    minutes_today: Figure
    unrated_today: int
    currency: str
    revenue: Decimal
    cost: Decimal | None
    margin: Decimal | None
    margin_percent: MaybeFigure
    money: list[Money]
    hours: list[HourOut]
    top_customers: list[TopCustomerOut]
    nodes: list[NodeStateOut]
    gateways: list[PeerOut]
