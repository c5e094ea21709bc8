"""The billing app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Billing."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Follow the customers that owe money; the module needs the models to be loaded."""
        import_module("billing.receivers")
