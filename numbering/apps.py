"""The numbering app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumberingConfig(AppConfig):
    """Numbers."""

    name = "numbering"
    verbose_name = _("Numbers")
