"""Does the money add up? Every balance is the sum of its entries, every priced call is charged what its record says."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.accounts.ledger import unbalanced_accounts
from billing.accounts.queries import MONEY, ZERO
from billing.alarms import LEDGER_DIFFERS
from billing.models import Cdr, EntryKind, LedgerEntry
from voipadmin.core.alarms.services import report_state
from voipadmin.core.text.decimals import format_amount


def report_audit(*, found: int) -> None:
    """Open the alarm of an audit that found differences; close it where there are none."""
    report_state(LEDGER_DIFFERS, {"": {"found": found}} if found else {})


def findings(*, since: datetime | None = None) -> Iterator[str]:
    """Yield in words whatever does not add up; calls are looked at from `since` on, balances always wholly."""
    for account in unbalanced_accounts().select_related("customer"):
        total = account.entries.aggregate(total=Sum("amount"))["total"] or ZERO
        yield f"account {account.customer.code}: the balance is {account.balance}, its entries are {total}"
    call: Any  # with what its entries come to, which is no field
    for call in calls_that_differ(since=since).iterator(chunk_size=2000):
        code = call.customer.code if call.customer else call.account_code
        price = format_amount(call.price or ZERO)
        yield f"account {code}: call {call.pk} costs {price} {call.currency}, its entries are {call.entered}"


def calls_that_differ(*, since: datetime | None = None) -> QuerySet[Cdr]:
    """Return the calls whose entries are not their price, as it was entered first or after rating again."""
    entries = LedgerEntry.objects.filter(cdr_id=OuterRef("pk"), account__customer=OuterRef("customer")).order_by()
    every = entries.filter(kind__in=[EntryKind.CALL, EntryKind.CORRECTION]).values("cdr_id")
    calls = Cdr.objects.select_related("customer").filter(uncharged_reason="").exclude(customer=None)
    if since is not None:
        calls = calls.filter(started_at__gte=since)
    rows: QuerySet[Cdr] = calls.annotate(
        owed=Value(ZERO, output_field=MONEY) - Coalesce("price", ZERO, output_field=MONEY),
        first=Coalesce(Subquery(entries.filter(kind=EntryKind.CALL).values("amount")[:1]), ZERO, output_field=MONEY),
        entered=Coalesce(Subquery(every.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=MONEY),
    ).exclude(Q(first=F("owed")) | Q(entered=F("owed")))
    return rows
