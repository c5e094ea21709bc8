"""Margin and quality in the REST API."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from billing.accounts.periods import EARLIEST, LATEST, ONE_DAY, Period, day_of
from billing.models import Direction
from reports.api_schemas import Figure, MaybeFigure
from reports.kit.pages import in_order
from reports.traffic.cuts import CUTS, Part
from reports.traffic.definitions import MARGIN, QUALITY, TrafficReport
from reports.traffic.filters import TrafficFilters, days_until, is_all_counted, times_of
from reports.traffic.lines import TrafficLine, lines_by
from reports.traffic.sums import total_of
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import domain_call, refuse_unknown_parameters
from voipadmin.core.api.schemas import Currency

TOTAL = Part("")
router = Router(tags=["reports"])
CutName = StrEnum("CutName", {name: name for name in CUTS})  # type: ignore[misc]  # made of the cuts
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
MarginOrder = Literal["-margin", "margin", "-revenue", "-minutes", "-calls", "-margin_change", "margin_change", "lost"]
QualityOrder = Literal["-attempts", "asr_percent", "-asr_percent", "asr_change", "-pdd_p95_ms", "-short_percent"]
Value = Annotated[str | None, BeforeValidator(lambda value: None if value is None else str(value))]


class TrafficQuery(Schema):
    """A time, the cut and the filters; without a time it is the last seven days of the installation's clock.

    A call counts when it ends. `hour` is of the day (0 to 23), `weekday` 1 for Monday.
    """

    since: Day | None = None
    until: Day | None = None
    by: CutName | None = None
    currency: Annotated[Currency | None, Field(description="Of the amounts; others are never added.")] = None
    direction: Direction | None = None
    customer_id: uuid.UUID | None = None
    provider_id: uuid.UUID | None = None
    gateway_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    destination: Annotated[str, Field(max_length=120)] = ""
    prefix: Annotated[str, Field(max_length=60)] = ""
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    cause: Annotated[int | None, Field(ge=0, le=255)] = None
    hour: Annotated[int | None, Field(ge=0, le=23)] = None
    weekday: Annotated[int | None, Field(ge=1, le=7)] = None
    from_abroad: Annotated[bool | None, Field(description="A caller ID of another country was shown.")] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class MarginQuery(TrafficQuery):
    """The same, and the order of the lines."""

    ordering: MarginOrder = "-margin"


class QualityQuery(TrafficQuery):
    """The same, and the order of the lines."""

    ordering: QualityOrder = "-attempts"


class MarginLineOut(Schema):
    """A part of the traffic and its money; `value` is that of the filter which shows it alone."""

    part: str
    value: Value
    calls: int
    answered_calls: int
    minutes: Figure
    billed_seconds: int
    talk_seconds: Figure
    revenue: Decimal
    cost: Decimal
    margin: Decimal
    margin_percent: MaybeFigure
    margin_before: Decimal
    margin_change: Decimal
    losses: Annotated[int, Field(description="Calls below cost.")]
    lost: Decimal
    unrated: int


class QualityLineOut(Schema):
    """A part of the traffic and how its attempts went; delays are right to within five percent."""

    part: str
    value: Value
    attempts: int
    answered: int
    asr_percent: MaybeFigure
    asr_change: MaybeFigure
    ner_percent: MaybeFigure
    ner_change: MaybeFigure
    acd_seconds: MaybeFigure
    acd_change: MaybeFigure
    pdd_p50_ms: int | None
    pdd_p95_ms: int | None
    pdd_p95_before: int | None
    short: int
    short_percent: MaybeFigure
    attempts_before: int
    talk_seconds: Figure


class TrafficOut(Schema):
    """The time that is reported and the one that it is compared with; `is_counted` is false while hours still wait."""

    by: str
    currency: str
    begins: datetime
    ends: datetime
    compared_from: datetime
    compared_until: datetime
    is_counted: bool
    lines: Annotated[int, Field(description="How many there are, beyond `limit` as well.")]


class MarginOut(TrafficOut):
    """The margin report."""

    total: MarginLineOut
    items: list[MarginLineOut]


class QualityOut(TrafficOut):
    """The quality report."""

    total: QualityLineOut
    items: list[QualityLineOut]


@router.get("/margin", response=MarginOut, auth=Needs(MARGIN.permission), operation_id="report_margin")
def report_margin(request: HttpRequest, asked: Query[MarginQuery]) -> Any:
    """Sum up price, cost and margin by a cut, beside the week before."""
    refuse_unknown_parameters(request, MarginQuery)
    return _answer(MARGIN, asked, asked.ordering)


@router.get("/quality", response=QualityOut, auth=Needs(QUALITY.permission), operation_id="report_quality")
def report_quality(request: HttpRequest, asked: Query[QualityQuery]) -> Any:
    """Sum up ASR, NER, ACD, PDD and short calls by a cut, beside the week before."""
    refuse_unknown_parameters(request, QualityQuery)
    return _answer(QUALITY, asked, asked.ordering)


def _answer(report: TrafficReport, asked: TrafficQuery, ordering: str) -> dict[str, Any]:
    cut = CUTS[asked.by or report.default_cut]
    with domain_call({"last": "until"}):
        filters = _filters(asked)
    currency = asked.currency or settings.DEFAULT_CURRENCY
    lines = lines_by(cut, filters, currency, with_delays=report.with_delays)
    total = TrafficLine(TOTAL, total_of(line.sums for line in lines), total_of(line.before for line in lines))
    items = in_order([report.values(line) for line in lines], "" if cut.in_order else ordering, lambda item: item)
    before = filters.before()
    return {
        "by": asked.by or report.default_cut,
        "currency": currency,
        "begins": filters.begins,
        "ends": filters.ends,
        "compared_from": before.begins,
        "compared_until": before.ends,
        "is_counted": is_all_counted(filters),
        "lines": len(items),
        "total": report.values(total),
        "items": items[: asked.limit],
    }


def _filters(asked: TrafficQuery) -> TrafficFilters:
    today = day_of(timezone.now())
    last = asked.until or (today if asked.since is None else max(today, asked.since))
    period = Period(asked.since, last + ONE_DAY) if asked.since else days_until(last)
    begins, ends = times_of(period, timezone.now())
    names = set(TrafficFilters.__dataclass_fields__) - {"begins", "ends"}
    chosen = {name: value for name, value in asked.model_dump(include=names).items() if value is not None}
    return TrafficFilters(begins, ends, **chosen)
