"""The routing app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Routing."""

    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        """Keep a changelog and follow what customers do; the modules need the models to be loaded."""
        for module in ("auditlog", "receivers"):
            import_module(f"routing.{module}")
