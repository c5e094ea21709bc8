"""A user whose role, password or activity changes loses every token, whoever saved the change."""

from typing import Any

from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone

from voipadmin.users.models import User
from voipadmin.users.tokens.services import revoke_all_tokens

WATCHED = ("role", "password", "is_active", "is_superuser")


@receiver(pre_save, sender=User, dispatch_uid="users.remember_stored_rights")
def remember_stored_rights(sender: type[User], instance: User, **_kwargs: Any) -> None:
    """Note what the database holds, for comparison after the save."""
    stored = sender.objects.filter(pk=instance.pk).values(*WATCHED).first()
    instance.__dict__["_stored_rights"] = stored


@receiver(post_save, sender=User, dispatch_uid="users.revoke_tokens_on_change")
def revoke_tokens_on_change(sender: type[User], instance: User, **_kwargs: Any) -> None:
    """Revoke where one of the watched columns changed."""
    before = instance.__dict__.pop("_stored_rights", None)
    if before is None:
        return
    if sender.objects.filter(pk=instance.pk).values(*WATCHED).first() != before:
        revoke_all_tokens(user=instance, now=timezone.now())
