"""Reads of the calls that were not let through, and of the money that the next one could spend."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from billing.accounts.queries import standing_of
from billing.accounts.statements import CALLS
from billing.authorization.explaining import Funds
from billing.authorization.sweeper import Spending, Spent
from billing.models import Account, LedgerEntry, RefusedCall

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZERO = Decimal(0)


def refused_since(moment: datetime) -> int:
    """Return how many calls were refused since a moment."""
    return int(RefusedCall.objects.filter(created_at__gte=moment).count())


def funds_of(account: Account) -> Funds:
    """Return what an account's next call could spend: what is set aside for a call, without setting it aside."""
    now, standing = timezone.now(), standing_of(account)
    lately = LedgerEntry.objects.filter(account=account, kind__in=CALLS, happened_at__gt=now - DAY)
    sums = lately.aggregate(hour=Sum("amount", filter=Q(happened_at__gt=now - HOUR)), day=Sum("amount"))
    spent = Spent(-(sums["hour"] or ZERO), -(sums["day"] or ZERO), standing.held)
    return Funds(standing.credit, standing.held, Spending({account.pk: spent}))
