"""What goes with a user who is deleted."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from voipadmin.core.lists.services import forget_owner
from voipadmin.users.models import User


@receiver(post_delete, sender=User)
def forget_lists(instance: User, **_kwargs: Any) -> None:
    """Delete how the user had the lists; views that others use stay."""
    forget_owner(str(instance.pk))
