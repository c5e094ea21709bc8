"""The numbering app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumberingConfig(AppConfig):
    """Numbers."""

    name = "numbering"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        """Follow what customers do; the module needs the models to be loaded."""
        import_module("numbering.receivers")
