"""Base models of every domain."""

import uuid
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from voipadmin.core.fields import EncryptedTextField
from voipadmin.core.viewer import Viewer

AnyModel = TypeVar("AnyModel", bound=models.Model)
Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


def new_id() -> uuid.UUID:
    """Return a time-ordered UUID (version 7, RFC 9562), which keeps large indexes compact."""
    return uuid.UUID(int=uuid6.uuid7().int)


def known_choices(name: str, **choices: type[models.TextChoices]) -> models.CheckConstraint:
    """Return the constraint that each field holds one of its choices, also where no form was in between."""
    condition = models.Q(**{f"{field}__in": kinds.values for field, kinds in choices.items()})
    return models.CheckConstraint(condition=condition, name=name)


class VisibleQuerySet(models.QuerySet[Any]):
    """A queryset that starts from what a user may see; `users_path` leads to the owning customer's users."""

    users_path: str | None = None

    def visible_to(self, user: Viewer) -> Self:
        """Return the rows that `user` may see: all for staff roles, only its own customer's for a customer."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_everything:
            return self
        if self.users_path is None:
            return self.none()
        return self.filter(**{self.users_path: user})


class VisibleRows(Protocol[Row_co]):
    """Rows that can be narrowed to what a user may see: a VisibleQuerySet, or a manager made of one."""

    def visible_to(self, user: Viewer) -> "models.QuerySet[Row_co]":
        """Return the rows that `user` may see."""


def visible_manager(model: type[AnyModel]) -> VisibleRows[AnyModel]:
    """Return the manager of `model`; that of every model with pages or in the API is made of a VisibleQuerySet."""
    return cast("VisibleRows[AnyModel]", model._default_manager)


class BaseModel(models.Model):
    """A row with a UUID key and its times of birth and of last change (UTC).

    Where it `keeps_changelog`, each save is recorded with who, what, before and after, and each change of the
    many-to-many fields of `changelog_links` with it; encrypted fields are masked. The objects that its foreign keys of
    `changelog_parents` name show its entries among their own.
    """

    keeps_changelog: ClassVar[bool] = False
    changelog_links: ClassVar[tuple[str, ...]] = ()
    changelog_parents: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True

    def get_additional_data(self) -> dict[str, Any] | None:
        """Return what django-auditlog keeps beside an entry: the keys of the parents."""
        keys = [getattr(self, f"{name}_id", None) for name in self.changelog_parents]
        return {"parents": [str(key) for key in keys if key]} if any(keys) else None


class IdempotentWrite(BaseModel):
    """The answer to a write of the API, kept under its Idempotency-Key; encrypted, as it may hold a new secret."""

    owner = models.CharField(max_length=40)  # the user's key: users are a floor above
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=300, blank=True)
    body = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("write under an idempotency key")
        verbose_name_plural = _("writes under an idempotency key")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotent_write_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_write_age")]

    def __str__(self) -> str:
        return self.key
