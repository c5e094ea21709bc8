"""The numbering app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumberingConfig(AppConfig):
    """Numbers."""

    name = "numbering"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        """Keep a changelog and follow what customers do; the modules need the models to be loaded."""
        for module in ("auditlog", "receivers"):
            import_module(f"numbering.{module}")
