"""What billing does when a customer is created, and refuses when one is deleted."""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from billing.accounts.ledger import account_of
from billing.models import NEEDS_A_TARIFF, Cdr
from customers.models import Customer
from voipadmin.core.errors import InUse

# Calls that were charged, or will be once their tariff is there.
OWED = Q(price__gt=0) | Q(unrated_reason__in=NEEDS_A_TARIFF, answered_at__isnull=False)


@receiver(pre_delete, sender=Customer, dispatch_uid="billing.customer_deleting")
def keep_debtors(instance: Customer, **_kwargs: Any) -> None:
    """Refuse to delete a customer that calls are charged to: no customer would owe them any more."""
    if Cdr.objects.filter(OWED, customer=instance).exists():
        raise InUse(_("Calls are charged to this customer. Close it instead."))


@receiver(post_save, sender=Customer, dispatch_uid="billing.customer_saved")
def open_account(instance: Customer, created: bool, **_kwargs: Any) -> None:
    """Every customer has an account from its first day on."""
    if created:
        account_of(instance)
