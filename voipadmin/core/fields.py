"""Model fields that Django does not bring: encrypted text and IP networks."""

from typing import Any

from django import forms
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import PostgresOperatorLookup
from django.utils.translation import gettext_lazy as _

from voipadmin.core import crypto
from voipadmin.core.text.addresses import canonical_network
from voipadmin.core.validators import validate_network


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted in the database and plain in memory; it cannot be filtered on."""

    description = _("Encrypted text")

    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        """Decrypt what was read."""
        return crypto.decrypt(value, context=self._context()) if value else value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Encrypt what is written; an empty value stays empty."""
        if hasattr(value, "as_sql"):
            return value
        sealed = crypto.encrypt(str(value), context=self._context()) if value else value
        return super().get_db_prep_save(sealed, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only the emptiness lookups: equal plaintexts have different ciphertexts."""
        return super().get_lookup(lookup_name) if lookup_name in {"isnull", "exact"} else None


class NetworkField(models.Field[str, str]):
    """An IP address or network, in PostgreSQL's `cidr` and as text such as `203.0.113.7` in Python."""

    description = _("IP address or network")
    default_validators = [validate_network]

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column type."""
        return "cidr"

    def from_db_value(self, value: Any, *_args: Any) -> str | None:
        """Show a single address without its mask."""
        return None if value is None else canonical_network(str(value))

    def to_python(self, value: Any) -> Any:
        """Write what a form or the API gave in its one canonical form."""
        return canonical_network(str(value).strip()) if value else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Pass text to PostgreSQL, which checks it again."""
        return None if value in (None, "") else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """Edit as a line of text."""
        return super().formfield(**{"form_class": forms.CharField, **kwargs})


@NetworkField.register_lookup
class NetworkOverlaps(PostgresOperatorLookup):
    """`network__overlaps=`: the two have an address in common."""

    lookup_name = "overlaps"
    postgres_operator = "&&"


@NetworkField.register_lookup
class NetworkHolds(PostgresOperatorLookup):
    """`network__holds=`: the column's network is, or holds, the address or network."""

    lookup_name = "holds"
    postgres_operator = ">>="
