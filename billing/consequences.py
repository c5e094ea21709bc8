"""What an action would do to money: balances, what live calls hold, what numbers earn, and their calls."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.accounts.queries import ZERO
from billing.models import Account, Cdr, CreditHold, HoldState
from customers.models import Customer
from numbering.models import DID, DIDAllocation
from voipadmin.core.pages.entities.consequences import Figure, tells_use_of
from voipadmin.core.text.decimals import format_money, grouped_count
from voipadmin.core.viewer import Viewer

SECONDS = 60
WEEK = timedelta(days=7)


@tells_use_of(Customer)
def _customers(rows: QuerySet[Any], user: Viewer) -> Iterable[Figure]:
    yield from _earned(DIDAllocation.objects.current().filter(customer__in=rows))
    if user.has_perm("billing.view_account"):
        yield from _accounts(Account.objects.filter(customer__in=rows), user)


@tells_use_of(Account)
def _accounts(rows: QuerySet[Any], _user: Viewer) -> Iterable[Figure]:
    balances = rows.order_by().values_list("currency").annotate(sum=Sum("balance")).order_by("currency")
    active = CreditHold.objects.filter(account__in=rows, state=HoldState.ACTIVE).order_by()
    held = dict(active.values_list("account__currency").annotate(sum=Sum("amount")))
    for currency, balance in balances:
        amount = held.get(currency, ZERO)
        yield Figure(_("Balance"), format_money(balance, currency), matters=balance != 0)
        yield Figure(_("Held by live calls"), format_money(amount, currency), matters=amount > 0)


@tells_use_of(DID)
def _numbers(rows: QuerySet[Any], user: Viewer) -> Iterable[Figure]:
    yield from _earned(DIDAllocation.objects.current().filter(did__in=rows))
    if not user.has_perm("billing.view_cdr"):
        return
    week = Cdr.objects.filter(did__in=rows, started_at__gte=timezone.now() - WEEK, is_last_attempt=True)
    found = week.aggregate(calls=Count("pk"), seconds=Sum("billable_seconds"))
    yield from week_figures(found["calls"], int(found["seconds"] or 0))


def _earned(allocations: QuerySet[Any]) -> Iterable[Figure]:
    """Return the monthly prices of the numbers, those of each currency by themselves."""
    currency = Coalesce("customer__account__currency", Value(settings.DEFAULT_CURRENCY))
    prices = allocations.order_by().values_list(currency).annotate(sum=Sum("monthly_price")).order_by(currency)
    for code, price in prices:
        yield Figure(_("Earned a month"), format_money(price, code), matters=bool(price))


def week_figures(calls: int, seconds: int) -> Iterable[Figure]:
    """Return calls and minutes of the last seven days, in whole minutes rounded to the nearest."""
    minutes = (seconds + SECONDS // 2) // SECONDS
    yield Figure(_("Calls of the last seven days"), grouped_count(calls), matters=calls > 0)
    yield Figure(_("Minutes of the last seven days"), grouped_count(minutes), matters=minutes > 0)
