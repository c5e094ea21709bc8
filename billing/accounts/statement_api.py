"""The REST API of statements."""

import uuid
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Schema
from pydantic import AfterValidator, Field

from billing.accounts.api import EntryOut, accounts, accounts_router, shown
from billing.accounts.errors import InvalidPeriod
from billing.accounts.periods import EARLIEST, LATEST, ONE_DAY, Period, day_of
from billing.accounts.statements import statement_of
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, find, refuse_unknown_parameters
from voipadmin.core.api.input_errors import domain_problem
from voipadmin.core.api.schemas import Output

__all__ = ["accounts_router", "read_statement"]


def _real_day(text: str) -> str:
    if not EARLIEST <= date.fromisoformat(text) <= LATEST:
        raise ValueError("Use a day from 2000 to 2099.")
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_real_day)]


class PeriodQuery(Schema):
    """The first and the last day; without them this month, without the last the month of the first."""

    first: Day | None = None
    last: Day | None = None

    def period(self) -> Period:
        """Return the days; raise InvalidPeriod where they are none."""
        first = date.fromisoformat(self.first) if self.first else Period.month_of(day_of(timezone.now())).first
        return Period(first, date.fromisoformat(self.last) + ONE_DAY if self.last else Period.month_of(first).after)


class DestinationOut(Output):
    """The calls to one destination."""

    name: str
    calls: int
    minutes: Decimal
    amount: Decimal


class TaxOut(Output):
    """A tax that the prices include; it changes no sum."""

    name: str
    percent: Decimal
    amount: Decimal


class StatementOut(Output):
    """A period of an account; opening, movements, fees and calls add up to closing. Below zero: charged."""

    first: date
    last: date
    currency: str
    opening: Decimal
    movements: list[EntryOut]
    fees: list[EntryOut]
    destinations: list[DestinationOut]
    taxes: list[TaxOut]
    closing: Decimal


@accounts_router.get(
    f"{ONE}/statement", response=StatementOut, auth=Needs("billing.view_account"), operation_id="read_statement"
)
def read_statement(
    request: HttpRequest,
    id: uuid.UUID,  # noqa: A002 - the path's name
    days: Query[PeriodQuery],
) -> Any:
    """Tell what an account did in a period of a year at most."""
    refuse_unknown_parameters(request, PeriodQuery)
    account = find(accounts, request.user, id)
    try:
        period = days.period()
    except InvalidPeriod as error:
        raise domain_problem(error, names={}, status=HTTPStatus.UNPROCESSABLE_ENTITY) from error
    statement = statement_of(account, period)
    return StatementOut(
        first=period.first,
        last=period.last,
        currency=account.currency,
        opening=statement.opening,
        movements=[shown(entry, request.user) for entry in statement.movements],
        fees=[shown(entry, request.user) for entry in statement.fees],
        destinations=[DestinationOut.model_validate(line) for line in statement.destinations],
        taxes=[TaxOut.model_validate(tax) for tax in statement.taxes],
        closing=statement.closing,
    )
