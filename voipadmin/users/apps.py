"""The users app: people, roles and their tokens."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    """Users."""

    name = "voipadmin.users"
    label = "users"
    verbose_name = _("Users")

    def ready(self) -> None:
        """Connect the signals and register the checks; their modules need the models to be loaded."""
        for module in ("checks", "delayed_forms", "second_factor_log", "token_signals"):
            import_module(f"voipadmin.users.{module}")
        import_module("voipadmin.users.used_codes").keep_used_codes()
