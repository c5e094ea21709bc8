from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.factories import PASSWORD, UserFactory
from voipadmin.users.models import User
from voipadmin.users.people.services import LastAdministrator, delete_user, generate_password, save_user
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def build(**values: Any) -> User:
    return User(**{"username": "ana", "role": Role.OPERATOR, **values})


def test_a_user_is_saved_with_a_hashed_password() -> None:
    user = save_user(user=build(), password=PASSWORD)
    stored = User.objects.get(pk=user.pk)
    assert stored.password.startswith("argon2")
    assert stored.check_password(PASSWORD)


def test_a_user_without_a_password_cannot_log_in() -> None:
    assert not save_user(user=build()).has_usable_password()


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012345", "ana-ana-ana-1"])
def test_weak_passwords_are_refused_at_their_field_and_nobody_is_made(password: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_user(user=build(username="ana-ana-ana"), password=password)
    assert list(refusal.value.message_dict) == ["password"]
    assert not User.objects.exists()


@pytest.mark.parametrize(("role", "staff"), [(role, role == Role.ADMIN) for role in Role])
def test_only_an_administrator_enters_the_django_admin(role: Role, staff: bool) -> None:
    user = save_user(user=build(role=role, is_staff=True, is_superuser=True), password=PASSWORD)
    save_user(user=UserFactory.build(username="other", role=Role.ADMIN))
    assert (user.is_staff, user.is_superuser) == (staff, staff)


@pytest.mark.parametrize("username", ["Ana", "ANA"])
def test_a_user_name_is_taken_whatever_its_case(username: str) -> None:
    save_user(user=build())
    with pytest.raises(ValidationError, match="taken"):
        save_user(user=build(username=username))
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory.create(username=username)


@pytest.mark.parametrize("username", ["аna", "a na", "ana\n", "<script>", ""])
def test_a_user_name_that_could_pass_for_another_is_refused(username: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_user(user=build(username=username))
    assert list(refusal.value.message_dict) == ["username"]


def test_the_database_refuses_an_unknown_role() -> None:
    with pytest.raises(IntegrityError, match="user_role_known"), transaction.atomic():
        UserFactory.create(role="root")


@pytest.mark.parametrize("change", [{"role": Role.VIEWER}, {"is_active": False}])
def test_the_last_active_administrator_stays_one(change: dict[str, Any]) -> None:
    admin = UserFactory.create(role=Role.ADMIN)
    UserFactory.create(role=Role.ADMIN, is_active=False)
    for name, value in change.items():
        setattr(admin, name, value)
    with pytest.raises(LastAdministrator):
        save_user(user=admin)
    with pytest.raises(LastAdministrator):
        delete_user(user=admin)
    stored = User.objects.get(pk=admin.pk)
    assert (stored.role, stored.is_active) == (Role.ADMIN, True)


def test_one_of_two_administrators_may_go() -> None:
    first, second = UserFactory.create(role=Role.ADMIN), UserFactory.create(role=Role.ADMIN)
    delete_user(user=first)
    second.role = Role.VIEWER
    with pytest.raises(LastAdministrator):
        save_user(user=second)


def test_generated_passwords_differ_and_pass_their_own_rules() -> None:
    passwords = {generate_password() for _count in range(100)}
    assert len(passwords) == 100
    assert {len(password) for password in passwords} == {22}
    assert not set("0O1lI") & set("".join(passwords))
    save_user(user=build(), password=passwords.pop())


def test_the_changelog_of_a_user_holds_no_hash() -> None:
    user = save_user(user=build(), password=PASSWORD)
    save_user(user=user, password="another-long-password")
    entries = list(LogEntry.objects.get_for_object(user))
    assert "argon2" not in str([entry.changes for entry in entries])
    assert entries[0].changes["password"] == ["•••••", "•••••"]
