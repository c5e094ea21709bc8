"""The asterisk_sync app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AsteriskSyncConfig(AppConfig):
    """Asterisk synchronisation."""

    name = "asterisk_sync"
    verbose_name = _("Asterisk synchronisation")

    def ready(self) -> None:
        """Watch the models and add to their lists; the modules can be imported only now."""
        import_module("asterisk_sync.changes.signals").connect()
        import_module("asterisk_sync.pages.list_columns").add_columns()
