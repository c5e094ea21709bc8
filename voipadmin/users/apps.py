"""The users app: people, roles and their tokens."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    """Users."""

    name = "voipadmin.users"
    label = "users"
    verbose_name = _("Users")
