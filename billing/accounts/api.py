"""The REST API of accounts: standing, settings, ledger, and the money that people enter."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from ninja import FilterLookup, FilterSchema, Query, Status
from pydantic import AfterValidator, Field

from billing.accounts import services
from billing.accounts.queries import entries_of, with_standing
from billing.models import Account, AccountKind, EntryKind, LedgerEntry
from voipadmin.core.api.access import Needs, visible_reference
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find, refuse_unknown_parameters
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Currency, Input, Moment, Output, Page, page_query

Cap = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]


def _not_zero(value: Decimal) -> Decimal:
    if value == 0:
        raise ValueError("Zero moves nothing.")
    return value


Received = Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=6)]
Moved = Annotated[Decimal, Field(max_digits=16, decimal_places=6), AfterValidator(_not_zero)]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class AccountIn(Input):
    """What an account's calls may spend; a cap of null takes the installation's."""

    kind: AccountKind = AccountKind.POSTPAID
    currency: Currency = settings.DEFAULT_CURRENCY
    plan_id: uuid.UUID | None = None
    credit_limit: Cap = Decimal(0)
    limits_credit: bool = False
    hourly_cap: Cap | None = None
    daily_cap: Cap | None = None
    longest_call_seconds: Annotated[int | None, Field(ge=60, le=86_400)] = None
    allowed_countries: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]], Field(max_length=300, description="BR, AR, US.")
    ] = [settings.DEFAULT_COUNTRY]
    allows_high_risk: bool = False
    allows_loss: bool = False


class AccountOut(Output):
    """A customer's money: `available` is balance and credit limit less what live calls hold."""

    hidden_from_customers: ClassVar = frozenset({"plan_id", "allows_loss"})

    id: uuid.UUID
    customer_id: uuid.UUID
    kind: AccountKind
    currency: str
    plan_id: uuid.UUID | None
    balance: Decimal
    held: Decimal
    available: Decimal
    credit_limit: Decimal
    limits_credit: bool
    hourly_cap: Decimal | None
    daily_cap: Decimal | None
    longest_call_seconds: int | None
    allowed_countries: list[str]
    allows_high_risk: bool
    allows_loss: bool | None
    blocked_at: datetime | None
    blocked_reason: str
    created_at: datetime
    updated_at: datetime


class AccountFilters(FilterSchema):
    """What a list of accounts may be narrowed by."""

    customer_id: uuid.UUID | None = None
    kind: AccountKind | None = None
    plan_id: uuid.UUID | None = None
    stopped: bool | None = None
    search: Annotated[str | None, FilterLookup(["customer__code__icontains", "customer__name__icontains"])] = None

    def filter_stopped(self, value: bool | None) -> Q:
        """Narrow to the accounts whose calls the system stopped, or to the others."""
        return Q() if value is None else Q(blocked_at__isnull=not value)


class EntryOut(Output):
    """A movement of money: above zero for the customer. A call's charge names its record."""

    hidden_from_customers: ClassVar = frozenset({"actor"})

    id: uuid.UUID
    kind: EntryKind
    amount: Decimal
    currency: str
    happened_at: datetime
    cdr_id: uuid.UUID | None
    reverses_id: uuid.UUID | None
    description: str
    actor: str | None
    created_at: datetime


class EntryFilters(FilterSchema):
    """What a ledger may be narrowed by; `happened_before` is not included."""

    kind: EntryKind | None = None
    happened_from: Annotated[Moment | None, FilterLookup("happened_at__gte")] = None
    happened_before: Annotated[Moment | None, FilterLookup("happened_at__lt")] = None


class ReceiptIn(Input):
    """Money that comes in."""

    amount: Received
    description: Annotated[str, Field(max_length=200)] = ""


class AdjustmentIn(Input):
    """Money either way: above zero for the customer."""

    amount: Moved
    description: Reason


class ReversalIn(Input):
    """An entry of this account to take back, and why."""

    entry_id: uuid.UUID
    description: Reason


def _save_account(account: Account, _rest: dict[str, Any], _user: Any) -> Account:
    return services.save_settings(account=account)


def _join(accounts: Any) -> Any:
    return with_standing(accounts.select_related("customer"))


accounts = Resource(
    model=Account,
    tag="accounts",
    read=AccountOut,
    write=AccountIn,
    filters=AccountFilters,
    columns={"customer": "customer__code"},
    ordering=("customer", "balance", "created_at", "updated_at"),
    default_ordering="customer",
    prepare=_join,
    save=_save_account,
)
# Accounts come and go with their customers; their settings change.
accounts_router = crud_router(accounts, comes_and_goes=False)
MOVE = Needs("billing.change_account")
LedgerPage = page_query(("happened_at",), "-happened_at")


@accounts_router.get(
    f"{ONE}/ledger", response=Page[EntryOut], auth=Needs("billing.view_account"), operation_id="list_ledger"
)
def list_ledger(
    request: HttpRequest,
    id: uuid.UUID,  # noqa: A002 - the path's name
    filters: Query[EntryFilters],
    page: Query[LedgerPage],  # type: ignore[valid-type]  # a class made at run time
) -> Any:
    """List the entries of an account."""
    refuse_unknown_parameters(request, EntryFilters, LedgerPage)
    asked: Any = page
    rows = filters.filter(entries_of(find(accounts, request.user, id)))
    found, cursor = page_of(rows, ordering=asked.ordering, limit=asked.limit, cursor=asked.cursor)
    return Page[EntryOut].model_construct(items=[shown(entry, request.user) for entry in found], next_cursor=cursor)


@accounts_router.post(f"{ONE}/top-ups", response={201: EntryOut}, auth=MOVE, operation_id="top_up_account")
def top_up_account(request: HttpRequest, id: uuid.UUID, payload: ReceiptIn) -> Any:  # noqa: A002 - the path's name
    """Add credit."""
    return _moved(request, id, services.top_up, payload)


@accounts_router.post(f"{ONE}/payments", response={201: EntryOut}, auth=MOVE, operation_id="pay_account")
def pay_account(request: HttpRequest, id: uuid.UUID, payload: ReceiptIn) -> Any:  # noqa: A002 - the path's name
    """Enter a payment."""
    return _moved(request, id, services.take_payment, payload)


@accounts_router.post(f"{ONE}/adjustments", response={201: EntryOut}, auth=MOVE, operation_id="adjust_account")
def adjust_account(request: HttpRequest, id: uuid.UUID, payload: AdjustmentIn) -> Any:  # noqa: A002 - the path's name
    """Move the balance either way."""
    return _moved(request, id, services.adjust, payload)


@accounts_router.post(f"{ONE}/reversals", response={201: EntryOut}, auth=MOVE, operation_id="reverse_entry")
def reverse_entry(request: HttpRequest, id: uuid.UUID, payload: ReversalIn) -> Any:  # noqa: A002 - the path's name
    """Take an entry back by its opposite."""
    with domain_call({}, LedgerEntry):
        rows = entries_of(find(accounts, request.user, id))
        entry = visible_reference(rows, key=payload.entry_id, user=request.user, field="entry_id")
        actor = request.user.get_username()
        opposite = services.reverse_entry(entry=entry, description=payload.description, actor=actor)
        return Status(201, shown(opposite, request.user))


def shown(entry: LedgerEntry, user: Any) -> EntryOut:
    """Return an entry as `user` may see it."""
    output = EntryOut.model_validate(entry)
    return output if user.sees_everything else output.model_copy(update={"actor": None})


def _moved(request: HttpRequest, key: uuid.UUID, service: Any, payload: ReceiptIn | AdjustmentIn) -> Any:
    with domain_call({}, LedgerEntry):
        account = find(accounts, request.user, key)
        entry = service(account=account, actor=request.user.get_username(), **payload.model_dump())
        return Status(201, shown(entry, request.user))
