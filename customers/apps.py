"""The customers app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Customers."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Keep a changelog; the module needs the models to be loaded."""
        import_module("customers.auditlog")
