"""The billing app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Billing."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Keep a changelog and the customers that owe money; the modules need the models to be loaded."""
        for module in ("auditlog", "receivers"):
            import_module(f"billing.{module}")
