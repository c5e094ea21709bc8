"""Writes of users and of what their roles demand. The last administrator stays one."""

import secrets
import string
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing, delete_object, save_object
from voipadmin.users.models import RolePolicy, User
from voipadmin.users.roles import Role
from voipadmin.users.second_factor_log import record_second_factor
from voipadmin.users.second_factors import has_second_factor

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


class OwnFactorMissing(DomainError):
    """Who demands a second factor of the own role has none, and nobody might be left who can hand out a code."""

    code = "own_second_factor_missing"


def demand_second_factor(*, roles: Iterable[str], actor: User | None = None) -> None:
    """Demand a second factor of exactly these roles; `actor`, who does so, needs one where the own role is among them.

    Raise OwnFactorMissing.
    """
    demanded = set(roles)
    if actor is not None and actor.role in demanded and not has_second_factor(actor):
        raise OwnFactorMissing(_("Set up your own second factor first: your role is among those marked."))
    for role in Role:
        policy = RolePolicy.objects.filter(role=role).first() or RolePolicy(role=role)
        if policy.second_factor_required == (role in demanded):
            continue
        policy.second_factor_required = role in demanded
        with all_or_nothing(policy):
            save_object(policy)


def remove_second_factors(*, user: User) -> int:
    """Take every second factor from a user who lost theirs, end its tokens, and return how many there were."""
    with all_or_nothing(user):
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(tokens_valid_from=timezone.now())
        if removed:
            record_second_factor(user, str(removed), "")
    return int(removed)


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
