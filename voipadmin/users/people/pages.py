"""Pages of users and of one's own settings."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.views import EntityView, ObjectCreateView, save_form
from voipadmin.users.models import User
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


def show_once(view: EntityView[User], user: User, *, password: str = "", enrolment_code: str = "") -> HttpResponse:
    """Return the page that shows a new password, or enrolment code, or both."""
    context = {"password": password, "enrolment_code": enrolment_code}
    response = view.page("users/user/password_once.html", object=user, **context)
    response["Cache-Control"] = "no-store"
    return response


def _show_password(view: EntityView[User], user: User, password: str) -> HttpResponse:
    """Show a password, and a code where the user cannot do anything without one."""
    needs_code = lacks_second_factor(User.objects.get(pk=user.pk))
    code = hand_out_enrolment_code(user=user, now=timezone.now()) if needs_code else ""
    return show_once(view, user, password=password, enrolment_code=code)


class UserCreateView(ObjectCreateView[User]):
    """Makes a user and shows the generated password, this once."""

    entity = USERS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what was refused."""
        form = UserForm(request.POST, user=request.user)
        saved = save_form(form)
        return self._show(form, None) if saved is None else _show_password(self, saved, form.generated_password)


class NewPasswordView(EntityView[User]):
    """Gives a user a new password and shows it, this once."""

    entity = USERS
    action = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Set a generated password."""
        user = self.get_instance()
        if user == request.user:
            raise PermissionDenied  # one's own is changed with the old one, in the settings
        password = generate_password()
        save_user(user=user, password=password)
        return _show_password(self, user, password)


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
