"""Pages of what roles demand, of the first second factor and of one that was lost."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.users.models import User
from voipadmin.users.people.consequences import code_question, removal_question
from voipadmin.users.people.pages import USERS, CredentialView, shown_url
from voipadmin.users.second_factors.enrolment import enter_enrolment_code, hand_out_enrolment_code, may_enrol
from voipadmin.users.second_factors.queries import lacks_second_factor, role_rows
from voipadmin.users.second_factors.services import demand_second_factor, remove_second_factors


class FirstSecondFactorView(View):
    """Says that the role demands a second factor, asks for the enrolment code, and leads to the app and the passkey."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, or go on where there is nothing to set up."""
        if not lacks_second_factor(request.user):
            return redirect("reports:dashboard")
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the code."""
        user = User.objects.get(pk=request.user.pk)
        try:
            enter_enrolment_code(request=request, user=user, code=request.POST.get("code", ""), now=timezone.now())
        except DomainError as refusal:
            return self._page(error=refusal.message)
        return redirect("users:second_factor_first")

    def _page(self, **context: Any) -> HttpResponse:
        return render(self.request, "users/second_factor_first.html", {"may_enrol": may_enrol(self.request), **context})


class RolesView(EntityView[User]):
    """The roles, how many users each has, and of which a second factor is demanded."""

    entity = USERS
    action = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.page("users/roles.html", rows=role_rows())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save what is demanded."""
        try:
            demand_second_factor(
                roles=request.POST.getlist("second_factor"), actor=User.objects.get(pk=request.user.pk)
            )
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("What the roles demand is saved."))
        return redirect("users:roles")


class SecondFactorRemovalView(CredentialView):
    """Takes app, passkeys and recovery codes from a user who lost them; one's own are removed in the settings."""

    def question(self, instance: User) -> Question:
        """Ask whether they shall go."""
        return removal_question(instance, self.request.user)

    def perform(self, instance: User) -> Message:
        """Remove them."""
        remove_second_factors(user=instance)
        return _("The second factors of %(user)s are removed.") % {"user": instance.username}


class EnrolmentCodeView(CredentialView):
    """Hands out the code with which a user sets up the first second factor; nobody makes one's own."""

    def question(self, instance: User) -> Question:
        """Ask: an earlier code ends."""
        return code_question(instance, self.request.user)

    def perform(self, instance: User) -> Message:
        """Make one."""
        code = hand_out_enrolment_code(user=instance, now=timezone.now())
        self.once_url = shown_url(self.request, instance, enrolment_code=code)
        return _("%(user)s has an enrolment code.") % {"user": instance.username}
