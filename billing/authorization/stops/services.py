"""Writes of stops."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.models import Account


def stop_account(*, account_id: UUID, reason: str) -> bool:
    """Stop an account until a person lifts it; return False where it was stopped already."""
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id, blocked_at=None).first()
        if account is None:
            return False
        account.blocked_at, account.blocked_reason = timezone.now(), reason
        account.save(update_fields=["blocked_at", "blocked_reason", "updated_at"])
    return True
