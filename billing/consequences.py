"""What an action would do to money: the balance of a customer, what live calls hold, calls of a number."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from billing.accounts.queries import standing_of
from billing.models import Account, Cdr
from customers.models import Customer
from numbering.models import DID
from voipadmin.core.pages.entities.consequences import Figure, tells_use_of
from voipadmin.core.text.decimals import format_money
from voipadmin.core.viewer import Viewer

SECONDS = 60
WEEK = timedelta(days=7)


@tells_use_of(Customer)
def _customer(customer: Customer, user: Viewer) -> Iterable[Figure]:
    account = Account.objects.filter(customer=customer).first()
    return _account(account, user) if account is not None and user.has_perm("billing.view_account") else ()


@tells_use_of(Account)
def _account(account: Account, _user: Viewer) -> Iterable[Figure]:
    standing = standing_of(account)
    yield Figure(_("Balance"), format_money(standing.balance, account.currency), matters=standing.balance != 0)
    yield Figure(_("Held by live calls"), format_money(standing.held, account.currency), matters=standing.held > 0)


@tells_use_of(DID)
def _number(did: DID, user: Viewer) -> Iterable[Figure]:
    if not user.has_perm("billing.view_cdr"):
        return
    week = Cdr.objects.filter(did=did, started_at__gte=timezone.now() - WEEK, is_last_attempt=True)
    found = week.aggregate(calls=Count("pk"), seconds=Sum("billable_seconds"))
    yield from week_figures(found["calls"], int(found["seconds"] or 0))


def week_figures(calls: int, seconds: int) -> Iterable[Figure]:
    """Return calls and minutes of the last seven days, in whole minutes rounded to the nearest."""
    minutes = (seconds + SECONDS // 2) // SECONDS
    yield Figure(_("Calls of the last seven days"), _grouped(calls), matters=calls > 0)
    yield Figure(_("Minutes of the last seven days"), _grouped(minutes), matters=minutes > 0)


def _grouped(value: int) -> str:
    return str(formats.number_format(value, use_l10n=True, force_grouping=True))
