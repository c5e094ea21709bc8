"""Pages of users and of one's own settings."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from voipadmin.core.errors import Message
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.pages.objects.shown_once import ShownOnceView, keep_once
from voipadmin.core.pages.objects.views import ObjectCreateView, save_form
from voipadmin.users.models import User
from voipadmin.users.people.consequences import password_question
from voipadmin.users.people.filters import UserFilterSet
from voipadmin.users.people.forms import ProfileForm, UserForm
from voipadmin.users.people.services import delete_user, generate_password, save_user
from voipadmin.users.people.tables import UserTable
from voipadmin.users.second_factors.enrolment import hand_out_enrolment_code
from voipadmin.users.second_factors.queries import lacks_second_factor


def _delete(user: User) -> None:
    delete_user(user=user)


USERS = Entity(
    model=User,
    table=UserTable,
    filterset=UserFilterSet,
    form=UserForm,
    delete=_delete,
    icon="users",
    is_long=True,
    intro=gettext_lazy("People and scripts that may use the panel, each with one role."),
    empty_hint=gettext_lazy("Each person gets a user of its own, so that the changelog can name it."),
    groups=(
        FieldGroup(gettext_lazy("Person"), ("username", "first_name", "last_name", "email")),
        FieldGroup(gettext_lazy("Access"), ("role", "is_active", "last_login", "date_joined")),
    ),
    synced=False,
    actions_template="users/user/actions.html",
    list_actions_template="users/user/list_actions.html",
)


def shown_url(request: HttpRequest, user: User, *, password: str = "", enrolment_code: str = "") -> str:
    """Return the page that shows a new password, or enrolment code, or both, once."""
    values = {"password": password, "enrolment_code": enrolment_code}
    name = keep_once(request, {key: value for key, value in values.items() if value})
    return reverse("users:user_shown", args=[user.pk, name])


def _password_url(request: HttpRequest, user: User, password: str) -> str:
    """Return the page of a password, and of a code where the user cannot do anything without one."""
    needs_code = lacks_second_factor(User.objects.get(pk=user.pk))
    code = hand_out_enrolment_code(user=user, now=timezone.now()) if needs_code else ""
    return shown_url(request, user, password=password, enrolment_code=code)


class ShownView(ShownOnceView[User]):
    """A generated password, an enrolment code or both, this once."""

    entity = USERS
    action = "change"
    template = "users/user/password_once.html"


class UserCreateView(ObjectCreateView[User]):
    """Makes a user and leads to the generated password."""

    entity = USERS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what was refused."""
        form = UserForm(request.POST, user=request.user)
        saved = save_form(form)
        if saved is None:
            return self._show(form, None)
        return redirect(_password_url(request, saved, form.generated_password))


class CredentialView(ButtonView[User]):
    """Gives another user something to log in with, and leads to the page that shows it once."""

    entity = USERS
    once_url = ""

    def get_instance(self) -> User:
        """Return the user; one's own is changed with the old one, in the settings."""
        user = super().get_instance()
        if user == self.request.user:
            raise PermissionDenied
        return user

    def back_url(self, instance: User) -> str:
        """Go to what was made."""
        return self.once_url or super().back_url(instance)


class NewPasswordView(CredentialView):
    """Gives a user a new password."""

    def question(self, instance: User) -> Question:
        """Ask: who is logged in is put out."""
        return password_question(instance, self.request.user)

    def perform(self, instance: User) -> Message:
        """Set a generated password."""
        password = generate_password()
        save_user(user=instance, password=password)
        self.once_url = _password_url(self.request, instance, password)
        return _("%(user)s has a new password.") % {"user": instance.username}


class SettingsView(View):
    """One's own name, language, appearance, password and second factor."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return render(request, "users/settings.html", {"form": ProfileForm(instance=request.user, user=request.user)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save name and e-mail."""
        form = ProfileForm(request.POST, instance=User.objects.get(pk=request.user.pk), user=request.user)
        if save_form(form) is None:
            return render(request, "users/settings.html", {"form": form})
        messages.success(request, _("Your profile is saved."))
        return redirect("users:settings")
