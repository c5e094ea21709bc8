"""Users in the Django admin."""

from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from voipadmin.core.admin import DomainAdmin, ReadOnlyAdmin
from voipadmin.users.models import RevokedToken, RolePolicy, User
from voipadmin.users.people.services import delete_user, save_user

# They are registered when these modules are imported, which else happens after this one.
for module in ("allauth.account", "allauth.mfa", "allauth.usersessions", "axes"):
    import_module(f"{module}.admin")
# Roles say who may what; groups would suggest that they do. The page of a session shows its key, with which an
# administrator could go on as somebody else; that of a second factor lets one be given to somebody else, unnoticed.
admin.site.unregister([Group, UserSession, Authenticator, EmailAddress, AccessLog])


@admin.register(User)
class PeopleAdmin(UserAdmin, DomainAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Users; the role decides everything, the Django admin included."""

    list_display = ("username", "display_name", "role", "email", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "tokens_valid_from")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("role", "is_active", "last_login", "date_joined", "tokens_valid_from")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),
    )

    def save_in_domain(self, request: HttpRequest, instance: User) -> None:
        save_user(user=instance)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 - its name
        """Change somebody's password; one's own is changed with the old one, which an open session does not know."""
        if id == str(request.user.pk):
            return redirect("account_change_password")
        return super().user_change_password(request, id, form_url)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.run(request, [obj], lambda user: delete_user(user=user), _("%(count)s users are deleted."))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.run(request, queryset, lambda user: delete_user(user=user), _("%(count)s users are deleted."))


@admin.register(RevokedToken)
class RevokedTokenAdmin(ReadOnlyAdmin):
    """Tokens that were ended; they come and go by themselves."""

    list_display = ("jti", "user", "revoked_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(AccessLog)
class LogInAdmin(ReadOnlyAdmin):
    """Who logged in, when and from where; it goes by itself after a year."""

    list_display = ("attempt_time", "username", "ip_address", "user_agent", "logout_time")
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")


@admin.register(RolePolicy)
class RolePolicyAdmin(ReadOnlyAdmin):
    """What roles demand; changed on the page of roles."""

    list_display = ("role", "second_factor_required", "updated_at")
