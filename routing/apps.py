"""The routing app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Routing."""

    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        """Follow what customers do; the module needs the models to be loaded."""
        import_module("routing.receivers")
