"""The REST API of statements: list, one, issue, figures, lines of the annex, cancellation."""

import json
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema, Query, Schema, Status
from pydantic import Field

from billing.accounts.statement_api import Day
from billing.models import Account, Statement, StatementStatus
from billing.statements import services
from billing.statements.lines import kept_lines
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find, refuse_unknown_parameters
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output
from voipadmin.core.models import visible_manager

MOST_LINES = 1_000


class StatementOut(Output):
    """A statement; amounts are what the customer owes, zero while it is being prepared. It never changes once issued.

    `amount` is asked for in whole coins; `carried_out` is what that left for the next one.
    """

    hidden_from_customers: ClassVar = frozenset({"actor", "cancelled_by"})

    id: uuid.UUID
    account_id: uuid.UUID
    customer_id: Annotated[uuid.UUID, Field(validation_alias="account.customer_id")]
    status: StatementStatus
    series: str
    number: int | None
    label: str
    first_day: date
    last_day: date
    currency: str
    language: str
    issued_at: datetime | None
    due_day: date | None
    calls: int
    amount: Decimal
    carried_in: Decimal
    carried_out: Decimal
    open_before: Decimal
    payable: Decimal
    closing: Decimal
    actor: str | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str
    created_at: datetime
    updated_at: datetime


class StatementFilters(FilterSchema):
    """What a list of statements may be narrowed by."""

    account_id: uuid.UUID | None = None
    customer_id: Annotated[uuid.UUID | None, FilterLookup("account__customer_id")] = None
    status: StatementStatus | None = None
    series: str | None = None
    number: Annotated[int | None, Field(ge=1, le=2_147_483_647)] = None


class StatementIn(Input):
    """The account, and the last day of its next statement; the first one begins on `first_day`, else with the month."""

    account_id: uuid.UUID
    last_day: Day
    first_day: Day | None = None


class CancellationIn(Input):
    """Why a statement is cancelled."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class FiguresOut(Output):
    """All that an issued statement says, as it was kept; `sha256` is that of the text whose values these are."""

    sha256: str
    figures: dict[str, Any]


class LineOut(Output):
    """A line of the annex; `late`: older than the period, or the correction of an earlier call."""

    kind: str
    counted_at: datetime
    started_at: datetime | None
    caller: str
    called: str
    destination: str
    billed_seconds: int
    amount: Decimal
    late: bool


class LinesOut(Schema):
    """A part of the annex; `next_first` is null on the last."""

    items: list[LineOut]
    next_first: int | None


class LinesQuery(Schema):
    """Which lines: `limit` of them from the line `first` on, counted from zero."""

    first: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = 200


def _join(statements: Any) -> Any:
    return statements.select_related("account")


statements = Resource(
    model=Statement,
    tag="statements",
    read=StatementOut,
    filters=StatementFilters,
    ordering=("created_at", "last_day"),
    default_ordering="-created_at",
    prepare=_join,
)
statements_router = crud_router(statements)
CHANGE = Needs("billing.change_statement")
VIEW = Needs("billing.view_statement")


@statements_router.post(
    "/", response={201: StatementOut}, auth=Needs("billing.add_statement"), operation_id="issue_statement"
)
def issue_statement(request: HttpRequest, payload: StatementIn) -> Any:
    """Have a statement issued; it is `preparing` at first, and has its number and figures once it is `issued`."""
    with domain_call(statements.names(), Statement):
        user: Any = request.user
        rows = visible_manager(Account)
        account = visible_reference(rows, key=payload.account_id, user=request.user, field="account_id")
        statement = services.issue_statement(
            account=account,
            last_day=date.fromisoformat(payload.last_day),
            first_day=date.fromisoformat(payload.first_day) if payload.first_day else None,
            user=user,
        )
        return Status(201, statements.shown(find(statements, request.user, statement.pk), request.user))


@statements_router.post(f"{ONE}/cancel", response=StatementOut, auth=CHANGE, operation_id="cancel_statement")
def cancel_statement(request: HttpRequest, id: uuid.UUID, payload: CancellationIn) -> Any:  # noqa: A002 - the path's name
    """Cancel the last statement of an account; the next one takes its period once more, under a new number."""
    with domain_call({}, Statement):
        statement = find(statements, request.user, id)
        services.cancel_statement(statement=statement, actor=request.user.get_username(), reason=payload.reason)
        return statements.shown(find(statements, request.user, id), request.user)


@statements_router.get(f"{ONE}/figures", response=FiguresOut, auth=VIEW, operation_id="read_statement_figures")
def read_statement_figures(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Read what an issued statement says; 409 while it is being prepared."""
    with domain_call({}, Statement):
        content = services.content_of(find(statements, request.user, id))
        return FiguresOut(sha256=content.sha256, figures=json.loads(content.figures))


@statements_router.get(f"{ONE}/lines", response=LinesOut, auth=VIEW, operation_id="list_statement_lines")
def list_statement_lines(request: HttpRequest, id: uuid.UUID, asked: Query[LinesQuery]) -> Any:  # noqa: A002 - the path's name
    """List the calls of an issued statement, as they were kept."""
    refuse_unknown_parameters(request, LinesQuery)
    with domain_call({}, Statement):
        statement = find(statements, request.user, id)
        services.content_of(statement)
        found = []
        for line in kept_lines(statement, first=asked.first):
            found.append(LineOut(**line._asdict()))
            if len(found) > asked.limit:
                break
        more = asked.first + asked.limit if len(found) > asked.limit else None
        return LinesOut(items=found[: asked.limit], next_first=more)
