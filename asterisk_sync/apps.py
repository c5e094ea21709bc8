"""The asterisk_sync app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AsteriskSyncConfig(AppConfig):
    """Asterisk synchronisation."""

    name = "asterisk_sync"
    verbose_name = _("Asterisk synchronisation")
