"""Permissions by role, for pages, API and the Django admin alike."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from voipadmin.users.models import User
from voipadmin.users.roles import role_allows, role_sees_app
from voipadmin.users.second_factors.queries import with_second_factor_state


class RoleBackend(ModelBackend):
    """Authenticate by password and answer `has_perm` from the role table."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the session's user, with whether it lacks a second factor, in one question."""
        user = with_second_factor_state(User.objects.filter(pk=user_id)).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Tell whether the user's role has the permission; which objects it may see is decided by `visible_to`."""
        # Not `super()`: groups and single permissions of the Django admin give nothing here, only the role does.
        return isinstance(user_obj, User) and user_obj.is_active and role_allows(user_obj.role, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether the user may see anything of the app."""
        return isinstance(user_obj, User) and user_obj.is_active and role_sees_app(user_obj.role, app_label)
