"""Writes of users. The last administrator stays one."""

import secrets
import string

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing, delete_object, save_object
from voipadmin.users.models import User
from voipadmin.users.roles import Role
from voipadmin.users.second_factors.services import remove_second_factors

# 22 of 57 unambiguous characters: 128 bits.
PASSWORD_CHARACTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
PASSWORD_LENGTH = 22


class LastAdministrator(DomainError):
    """Nobody would be left who may administer the users."""

    code = "last_administrator"


class AdministratorExists(DomainError):
    """The first administrator was made already."""

    code = "administrator_exists"


def generate_password() -> str:
    """Return a password of 128 random bits that can be read aloud."""
    return "".join(secrets.choice(PASSWORD_CHARACTERS) for _position in range(PASSWORD_LENGTH))


def save_user(*, user: User, password: str | None = None) -> User:
    """Save a user, with a new password where one is given; the role decides on the Django admin.

    A new user without a password cannot log in until one is set.
    """
    with all_or_nothing(user):
        if not (user.is_active and user.role == Role.ADMIN):
            _keep_an_administrator(user)
        user.is_staff = user.is_superuser = user.role == Role.ADMIN
        if password:
            _set_password(user, password)
        elif user._state.adding and not user.password:
            user.set_unusable_password()
        return save_object(user)


def delete_user(*, user: User) -> None:
    """Delete a user; what the changelog says about them stays."""
    with all_or_nothing(user):
        _keep_an_administrator(user)
        delete_object(user)


def create_first_administrator(*, username: str, email: str = "") -> tuple[User, str]:
    """Make the first administrator; return it with its password, which is stored nowhere."""
    user = User(username=username, email=email, role=Role.ADMIN)
    with all_or_nothing(user):
        if _administrators():
            raise AdministratorExists(_("An administrator exists already."))
        password = generate_password()
        save_user(user=user, password=password)
    return user, password


def reset_administrator(*, username: str, without_second_factors: bool = False) -> tuple[User, str]:
    """Give an administrator a new password, make the account active, and return both; make the user where it is new."""
    user = User.objects.filter(username__iexact=username).first() or User(username=username)
    user.role, user.is_active = Role.ADMIN, True
    password = generate_password()
    save_user(user=user, password=password)
    if without_second_factors:
        remove_second_factors(user=user)
    return user, password


def _administrators() -> list[User]:
    return list(User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk"))


def _keep_an_administrator(user: User) -> None:
    administrators = {administrator.pk for administrator in _administrators()}
    if administrators == {user.pk}:
        raise LastAdministrator(_("This is the last active administrator."), field="role")


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
