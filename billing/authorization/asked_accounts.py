"""The accounts each of whose calls the dialplan asks about; of others it asks only abroad and at high risk."""

from django.conf import settings
from django.db.models import QuerySet

from billing.models import HAS_TO_BE_ASKED, Account
from customers.models import CustomerStatus
from routing.models import GatewaySelection, Route


def accounts_to_ask() -> QuerySet[Account]:
    """Return the accounts each of whose calls is asked about: those that money or caps limit, or all.

    All are asked about where the settings say so, or where a route is by cost: the dialplan does not know prices.
    """
    accounts = Account.objects.exclude(customer__status=CustomerStatus.CLOSED)
    by_cost = Route.objects.filter(enabled=True, selection=GatewaySelection.COST)
    return accounts if settings.AUTHORIZER_ASKS_ALL or by_cost.exists() else accounts.filter(HAS_TO_BE_ASKED)
