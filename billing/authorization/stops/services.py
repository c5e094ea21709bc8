"""Writes of stops."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.alarms import ACCOUNT_STOPPED
from billing.models import Account
from customers.models import CustomerStatus
from voipadmin.core.alarms.services import report_state


def stop_account(*, account_id: UUID, reason: str) -> bool:
    """Stop an account until a person lifts it; return False where it was stopped already."""
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id, blocked_at=None).first()
        if account is None:
            return False
        account.blocked_at, account.blocked_reason = timezone.now(), reason
        account.save(update_fields=["blocked_at", "blocked_reason", "updated_at"])
    return True


def report_stopped_accounts(*, now: datetime) -> None:
    """Open an alarm for each account that is stopped, and close those of accounts that are not."""
    stopped = Account.objects.exclude(blocked_at=None).exclude(customer__status=CustomerStatus.CLOSED)
    rows = stopped.values_list("pk", "customer__code", "customer__name", "blocked_reason")
    standing = {str(key): {"customer": f"{code} · {name}", "reason": reason or "?"} for key, code, name, reason in rows}
    report_state(ACCOUNT_STOPPED, standing, now=now)
