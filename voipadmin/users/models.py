"""People who use the panel or the API."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models import new_id
from voipadmin.users.roles import Role


class User(AbstractUser):
    """A person or a script; its role says what it may do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.VIEWER)
    # A JWT issued before this moment is refused: setting it to now revokes every token of the user.
    tokens_valid_from = models.DateTimeField(_("tokens valid from"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    @property
    def sees_everything(self) -> bool:
        """Tell whether the user sees the objects of all customers."""
        return self.is_superuser or self.role != Role.CUSTOMER

    @property
    def display_name(self) -> str:
        """Return the full name, or the log-in name where there is none."""
        return self.get_full_name() or self.username


class RevokedToken(models.Model):
    """A JWT that was ended before its expiry, by its `jti`."""

    jti = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="revoked_tokens")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("revoked token")
        verbose_name_plural = _("revoked tokens")
