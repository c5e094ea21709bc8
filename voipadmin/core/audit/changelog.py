"""Which models keep a changelog, and what it never holds."""

from auditlog.registry import auditlog
from django.apps import apps
from django.db import models

from voipadmin.core.fields import EncryptedTextField

MASK = "•••••"
# The moment of a change is the entry's own; a log-in is recorded elsewhere.
UNTOLD = ("created_at", "updated_at", "last_login")
HASHED = ("password",)


def mask(value: str) -> str:
    """Show that a secret is there, and nothing of it, not even its length."""
    return "" if value in {"", "None"} else MASK


def keep_changelogs() -> None:
    """Register every model that says it `keeps_changelog`; called once all of them are loaded."""
    for model in apps.get_models():
        if getattr(model, "keeps_changelog", False):
            _register(model, links=getattr(model, "changelog_links", ()))


def _register(model: type[models.Model], *, links: tuple[str, ...]) -> None:
    fields = {field.name: field for field in model._meta.get_fields()}
    auditlog.register(
        model,
        exclude_fields=[name for name in UNTOLD if name in fields],
        mask_fields=[name for name, field in fields.items() if name in HASHED or isinstance(field, EncryptedTextField)],
        mask_callable="voipadmin.core.audit.changelog.mask",
        m2m_fields=set(links),
    )
