"""The core app: what every domain stands on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Base models, grammars, encryption and the page kit."""

    name = "voipadmin.core"
    label = "core"
    verbose_name = _("Core")
