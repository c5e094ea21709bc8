"""Whose calls are asked about one by one; those of all others are where they leave the country or are at high risk."""

from django.conf import settings
from django.db.models import QuerySet

from billing.models import HAS_TO_BE_ASKED, Account
from customers.models import CustomerStatus
from routing.models import GatewaySelection, Route


def accounts_to_ask() -> QuerySet[Account]:
    """Return the accounts each of whose calls is asked about: money or caps limit them, or the operator wants it.

    Which carrier is the cheapest is nothing that the dialplan knows: with a route by cost everybody is asked about.
    """
    accounts = Account.objects.exclude(customer__status=CustomerStatus.CLOSED)
    by_cost = Route.objects.filter(enabled=True, selection=GatewaySelection.COST)
    return accounts if settings.AUTHORIZER_ASKS_ALL or by_cost.exists() else accounts.filter(HAS_TO_BE_ASKED)
