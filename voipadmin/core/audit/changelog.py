"""Which models keep a changelog, and what it never holds."""

from collections.abc import Collection

from auditlog.registry import auditlog
from django.db import models

from voipadmin.core.fields import EncryptedTextField

MASK = "•••••"
# The moment of a change is the entry's own; a log-in is recorded elsewhere.
UNTOLD = ("created_at", "updated_at", "last_login")
HASHED = ("password",)


def mask(value: str) -> str:
    """Show that a secret is there, and nothing of it, not even its length."""
    return "" if value in {"", "None"} else MASK


def keep_changelog(model: type[models.Model], *, m2m: Collection[str] = ()) -> None:
    """Record each change of `model` with who, what, before and after; encrypted and hashed fields are masked."""
    fields = {field.name: field for field in model._meta.get_fields()}
    auditlog.register(
        model,
        exclude_fields=[name for name in UNTOLD if name in fields],
        mask_fields=[name for name, field in fields.items() if name in HASHED or isinstance(field, EncryptedTextField)],
        mask_callable="voipadmin.core.audit.changelog.mask",
        m2m_fields=set(m2m),
    )
