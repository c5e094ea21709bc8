import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.factories import UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def create_admin(**options: Any) -> str:
    output = StringIO()
    call_command("create_admin", stdout=output, **options)
    return output.getvalue()


def password_in(output: str) -> str:
    found = re.search(r"Password: +(\S+)", output)
    assert found
    return found[1]


def test_the_first_administrator_gets_a_generated_password_that_is_printed_once() -> None:
    output = create_admin()
    password = password_in(output)
    admin = User.objects.get()
    assert (admin.username, admin.role, admin.is_superuser, admin.is_staff) == ("admin", Role.ADMIN, True, True)
    assert admin.check_password(password)
    assert output.count(password) == 1


def test_a_second_one_is_refused_with_an_exit_code_of_its_own() -> None:
    create_admin()
    with pytest.raises(CommandError, match="exists already") as refusal:
        create_admin(username="second")
    assert refusal.value.returncode == 3
    assert User.objects.count() == 1


def test_a_forgotten_password_is_reset_for_a_locked_out_administrator() -> None:
    old = password_in(create_admin())
    User.objects.update(is_active=False)
    new = password_in(create_admin(reset=True))
    admin = User.objects.get()
    assert admin.is_active
    assert admin.check_password(new)
    assert not admin.check_password(old)


def test_other_users_do_not_count_as_administrators() -> None:
    UserFactory.create(role=Role.OPERATOR)
    create_admin()
    assert User.objects.filter(role=Role.ADMIN).count() == 1


def test_a_wrong_name_is_refused_in_words_and_nobody_is_made() -> None:
    with pytest.raises(CommandError, match="username: space at position 5") as refusal:
        create_admin(username="boss man")
    assert refusal.value.returncode == 1
    assert not User.objects.exists()


def test_a_script_gets_the_password_alone() -> None:
    assert User.objects.count() == 0
    output = create_admin(password_only=True)
    assert User.objects.get().check_password(output.strip())
