"""Users in the Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from voipadmin.core.admin import DomainAdmin, ReadOnlyAdmin
from voipadmin.users.models import RevokedToken, RolePolicy, User
from voipadmin.users.services import delete_user, save_user

# Roles say who may what; groups would suggest that they do.
admin.site.unregister(Group)


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


@admin.register(RolePolicy)
class RolePolicyAdmin(ReadOnlyAdmin):
    """What roles demand; changed on the page of roles."""

    list_display = ("role", "second_factor_required", "updated_at")
