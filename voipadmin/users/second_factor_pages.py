"""Pages of what roles demand, of the first second factor and of one that was lost."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from voipadmin.core.pages.views import EntityView
from voipadmin.users.models import User
from voipadmin.users.second_factors import lacks_second_factor, role_rows
from voipadmin.users.services import demand_second_factor, remove_second_factors
from voipadmin.users.views import USERS


class FirstSecondFactorView(View):
    """Says that the role demands a second factor, and leads to the app and the passkey."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, or go on where there is nothing to set up."""
        if not lacks_second_factor(request.user):
            return redirect("reports:dashboard")
        return render(request, "users/second_factor_first.html")


class RolesView(EntityView[User]):
    """The roles, how many users each has, and of which a second factor is demanded."""

    entity = USERS
    action = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.page("users/roles.html", rows=role_rows())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save what is demanded."""
        demand_second_factor(roles=request.POST.getlist("second_factor"))
        messages.success(request, _("What the roles demand is saved."))
        return redirect("users:roles")


class SecondFactorRemovalView(EntityView[User]):
    """Takes app, passkeys and recovery codes from a user who lost them."""

    entity = USERS
    action = "change"

    def get_instance(self) -> User:
        """Return the user; one's own factors are removed in the settings, with the factor itself."""
        user = super().get_instance()
        if user == self.request.user:
            raise PermissionDenied
        return user

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask whether they shall go."""
        return self.page("users/user/second_factor.html", object=self.get_instance())

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Remove them."""
        user = self.get_instance()
        remove_second_factors(user=user)
        messages.success(request, _("The second factors of %(user)s are removed.") % {"user": user.username})
        return redirect("users:user_detail", user.pk)
