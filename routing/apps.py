"""The routing app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Routing."""

    name = "routing"
    verbose_name = _("Routing")
