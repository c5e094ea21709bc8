"""The reports app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Reports."""

    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Follow the call records that billing stores, and say how letters are made; both need the models."""
        import_module("reports.receivers")
        import_module("reports.letters")
