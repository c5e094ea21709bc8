"""People who use the panel or the API."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from voipadmin.core.models import BaseModel, VisibleQuerySet, known_choices, new_id
from voipadmin.core.validators import validate_username
from voipadmin.core.viewer import Viewer
from voipadmin.users.roles import Role


class UserQuerySet(VisibleQuerySet):
    """Users."""

    def visible_to(self, user: Viewer) -> "UserQuerySet":
        """Return all users to those who administer them, and otherwise only oneself."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.has_perm("users.view_user") else self.filter(pk=user.pk)


class PeopleManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time by Django
    """Django's manager of users, which also knows who may see whom."""


class User(AbstractUser):
    """A person or a script; its role says what it may do."""

    keeps_changelog = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # ASCII only: letters of other alphabets that look the same would let one person pass for another.
    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": _("This user name is taken.")},
        help_text=_("For logging in: letters, digits and . _ @ + -."),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.VIEWER)
    # A JWT issued before this moment is refused: setting it to now revokes every token of the user.
    tokens_valid_from = models.DateTimeField(_("tokens valid from"), null=True, blank=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="username_unique", violation_error_message=_("This user name is taken.")
            ),
            known_choices("user_role_known", role=Role),
        ]

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


class EnrolmentCode(models.Model):
    """Lets its user set up the first second factor; the code itself is kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="enrolment_code")
    # SHA-256, in hexadecimal digits.
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")

    def __str__(self) -> str:
        return str(self.user)


class RolePolicy(BaseModel):
    """What a role demands of its users; a role without a row demands nothing."""

    keeps_changelog = True

    role = models.CharField(_("role"), max_length=10, choices=Role.choices, unique=True)
    second_factor_required = models.BooleanField(_("second factor required"), default=False)

    class Meta:
        verbose_name = _("role policy")
        verbose_name_plural = _("role policies")
        ordering = ["role"]
        constraints = [known_choices("role_policy_role_known", role=Role)]

    def __str__(self) -> str:
        return str(self.get_role_display())
