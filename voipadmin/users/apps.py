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
        for module in (
            "checks",
            "log_in.delayed_forms",
            "log_in.recorded",
            "people.signals",
            "second_factors.changelog",
            "tokens.signals",
        ):
            import_module(f"voipadmin.users.{module}")
        import_module("voipadmin.users.second_factors.used_codes").keep_used_codes()
