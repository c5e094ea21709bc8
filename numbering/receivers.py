"""What numbering does, or refuses, when a customer or a provider changes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerStatus, CustomerType
from customers.signals import customer_changing
from numbering.errors import CustomerRefused
from numbering.models import DID, DestinationType, DIDAllocation
from numbering.services import release_all_of
from routing.models import Provider


@receiver(customer_changing, sender=Customer, dispatch_uid="numbering.customer_changing")
def follow_customer(customer: Customer, before: Customer, **_kwargs: Any) -> None:
    """Release a closed customer's numbers; refuse to take the trunk away from numbers that go to it.

    A suspended customer keeps its numbers: its calls are refused until it is active again.
    """
    if customer.status == CustomerStatus.CLOSED and before.status != CustomerStatus.CLOSED:
        release_all_of(customer=before, at=timezone.now())
    elif before.type == CustomerType.TRUNK != customer.type and _goes_to_trunk(before):
        raise CustomerRefused(
            _("Numbers of this customer go to its trunk. Send them elsewhere before it changes type."), field="type"
        )


def _goes_to_trunk(customer: Customer) -> bool:
    current = DIDAllocation.objects.current().filter(customer=customer)
    return current.filter(destination_type=DestinationType.TRUNK).exists()


@receiver(pre_save, sender=Provider, dispatch_uid="numbering.provider_changing")
def keep_who_sells_numbers(instance: Provider, **_kwargs: Any) -> None:
    """Refuse to turn a provider of numbers into one that has none."""
    if not instance._state.adding and not instance.sells_numbers and DID.objects.filter(provider=instance).exists():
        raise ValidationError({"type": _("Numbers of the inventory are from this provider.")})
