"""Reads of the money that an account's next call could spend."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from billing.accounts.queries import standing_of
from billing.accounts.statements import CALLS
from billing.authorization.calls.explanation import Funds
from billing.authorization.holds.sweeper import AccountSpending, SpendingTotals
from billing.models import Account, LedgerEntry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZERO = Decimal(0)


def funds_of(account: Account) -> Funds:
    """Return what an account's next call could spend, as the authorizer would see it now."""
    now, standing = timezone.now(), standing_of(account)
    # The service has these sums from its last sweep; here they are read as of now, by the same rules.
    lately = LedgerEntry.objects.filter(account=account, kind__in=CALLS, happened_at__gt=now - DAY)
    sums = lately.aggregate(hour=Sum("amount", filter=Q(happened_at__gt=now - HOUR)), day=Sum("amount"))
    spent = AccountSpending(-(sums["hour"] or ZERO), -(sums["day"] or ZERO), standing.held)
    return Funds(standing.credit, standing.held, SpendingTotals({account.pk: spent}))
