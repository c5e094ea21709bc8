"""The REST API of the calls up now: who sees which, and ending them."""

import uuid
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from asterisk_sync.calls_up.filters import ORDERS, read_filters
from asterisk_sync.calls_up.queries import ShownCall, calls_by_key, calls_page, nodes_and_calls, scope_of
from asterisk_sync.calls_up.services import MOST_AT_ONCE, hang_up
from asterisk_sync.live.hangups import HangupOutcome, told_results
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import domain_call, refuse_unknown_parameters
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.api.schemas import Input, Output

live_router = Router(tags=["live"])
MOST_ROWS = 1_000


class CallUpOut(Output):
    """A call that goes on; amounts are what it would be charged if it ended now. A customer's user sees no cost.

    `call` names it for ending it. `silent_since` is set where its node tells nothing any more.
    """

    call: str
    node: str
    silent_since: datetime | None
    state: str
    direction: str
    caller: str
    called: str
    kind: str
    customer_id: str
    customer: str
    extension_id: str
    extension: str
    gateway_id: str
    gateway: str
    conference_id: str
    codec: str
    uniqueid: str
    linkedid: str
    started_at: datetime
    answered_at: datetime | None
    price: Decimal | None
    currency: str
    cost: Decimal | None
    cost_currency: str
    margin: Decimal | None
    held: Decimal | None


class MoneyUpOut(Schema):
    """The money of calls in one currency; cost and margin are null for customers' users."""

    currency: str
    price: Decimal
    cost: Decimal | None
    margin: Decimal | None
    held: Decimal


class CallsUpOut(Output):
    """A page of the calls that the filters find, with the sums of all of them."""

    calls: list[CallUpOut]
    total: int
    up: int
    ringing: int
    dialling: int
    per_second: Decimal
    money: list[MoneyUpOut]
    page: int
    pages: int
    silent_nodes: list[str]


class CallsUpQuery(Schema):
    """What narrows and orders the calls; what makes no sense is refused."""

    customer: str = ""
    gateway: str = ""
    number: str = ""
    node: str = ""
    state: str = ""
    direction: str = ""
    order: Annotated[str, Field(description=", ".join(ORDERS))] = "started"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100


class HangupIn(Input):
    """The calls to end, by their `call`."""

    calls: Annotated[list[Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=MOST_AT_ONCE)]


class HangupOutcomeOut(Schema):
    """A call, and what became of it: waiting, ended, gone, emergency, refused, away."""

    call: str
    node: str
    caller: str
    called: str
    result: str


class HangupOut(Output):
    """A wish to end calls with what became of each so far; calls that were over before are in `over`."""

    id: str
    asked_at: datetime
    asked_by: str
    is_over: bool
    outcomes: list[HangupOutcomeOut]
    over: list[str] = []


class HangupQuery(Schema):
    """Which wish is asked about."""

    id: uuid.UUID


@live_router.get("/calls", response=CallsUpOut, auth=Needs("asterisk_sync.view_call"), operation_id="list_calls_up")
def list_calls_up(request: HttpRequest, query: Query[CallsUpQuery]) -> Any:
    """List the calls that go on now, with the sums of all that the filters find."""
    refuse_unknown_parameters(request, CallsUpQuery)
    filters, problems = read_filters(request.GET.dict())
    if problems:
        raise ProblemError.of_errors(
            HTTPStatus.UNPROCESSABLE_ENTITY, [FieldError(None, "invalid", problem) for problem in problems]
        )
    scope, now = scope_of(request.user), timezone.now()
    page = calls_page(scope, filters, now, *nodes_and_calls(), per_page=query.limit)
    return {
        "calls": [_call_out(row) for row in page.rows],
        "total": page.sums.calls,
        "up": page.sums.up,
        "ringing": page.sums.ringing,
        "dialling": page.sums.dialling,
        "per_second": page.sums.per_second,
        "money": [
            {
                "currency": currency,
                "price": sums.price,
                "cost": sums.cost if scope.sees_cost else None,
                "margin": sums.margin if scope.sees_cost else None,
                "held": sums.held,
            }
            for currency, sums in sorted(page.sums.money.items())
        ],
        "page": page.page,
        "pages": page.pages,
        "silent_nodes": [node.node for node in page.silent] if scope.sees_cost else [],
    }


def _call_out(row: ShownCall) -> dict[str, Any]:
    call = row.call
    told = {name: getattr(call, name) for name in CallUpOut.model_fields if hasattr(call, name)}
    return {**told, "call": row.key, "node": row.node, "silent_since": row.silent_since, "uniqueid": call.key}


@live_router.post(
    "/calls/hang-up",
    response={202: HangupOut},
    auth=Needs("asterisk_sync.end_call"),
    operation_id="hang_up_calls",
)
def hang_up_calls(request: HttpRequest, wanted: HangupIn) -> Any:
    """End calls. The answer comes before they are ended: ask again for what became of each."""
    calls, over = calls_by_key(scope_of(request.user), wanted.calls, timezone.now())
    user: Any = request.user
    with domain_call():
        key = hang_up(calls=calls, actor=user)
    return Status(202, {**_hangup_out(request, key), "over": over})


@live_router.get(
    "/calls/hang-up", response=HangupOut, auth=Needs("asterisk_sync.end_call"), operation_id="read_hang_up"
)
def read_hang_up(request: HttpRequest, query: Query[HangupQuery]) -> Any:
    """Tell what became of calls that were to be ended, for an hour."""
    return _hangup_out(request, query.id.hex)


def _hangup_out(request: HttpRequest, key: str) -> dict[str, Any]:
    hangup, scope = told_results(key), scope_of(request.user)
    if hangup is None or not all(scope.sees(outcome.target.customer_id) for outcome in hangup.outcomes):
        raise ProblemError(HTTPStatus.NOT_FOUND, "not_found", "There is no such wish, or it is older than an hour.")
    return {
        "id": hangup.key,
        "asked_at": hangup.asked_at,
        "asked_by": hangup.asked_by,
        "is_over": hangup.is_over,
        "outcomes": [_outcome_out(outcome) for outcome in hangup.outcomes],
    }


def _outcome_out(outcome: HangupOutcome) -> dict[str, Any]:
    target = outcome.target
    return {
        "call": f"{target.node_id} {target.key}",
        "node": target.node,
        "caller": target.caller,
        "called": target.called,
        "result": outcome.result.value,
    }
