"""What a node's own files hold of accounts, for calls about which nobody can be asked: who is stopped, who is trusted.

Every outgoing call but those to emergency lines is asked about. Where nobody answers it is refused, unless the operator
lets customers without any limit call inside the country meanwhile (AUTHORIZER_DOWN_POSTPAID).
"""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet

from billing.models import HAS_TO_BE_ASKED, Account
from customers.models import CustomerStatus


class StaticBound(NamedTuple):
    """What the files say of an account; `unasked_seconds` bounds a call without an answer, 0 lets none through."""

    is_stopped: bool = False
    unasked_seconds: int = 0


def bound_of(account: Account | None) -> StaticBound:
    """Return what the files of a customer's nodes say of its account."""
    if account is None:
        return StaticBound()
    if account.blocked_at is not None:
        return StaticBound(is_stopped=True)
    limited = account.has_to_be_asked or settings.DEFAULT_COUNTRY not in account.allowed_countries
    if limited or not settings.AUTHORIZER_DOWN_POSTPAID:
        return StaticBound()
    return StaticBound(unasked_seconds=account.longest_call_seconds or settings.LONGEST_CALL_SECONDS)


def accounts_with_bounds() -> QuerySet[Account]:
    """Return the accounts of which `bound_of` says anything, and perhaps others."""
    named = Q(blocked_at__isnull=False)
    if settings.AUTHORIZER_DOWN_POSTPAID:
        named |= ~HAS_TO_BE_ASKED
    return Account.objects.exclude(customer__status=CustomerStatus.CLOSED).filter(named)
