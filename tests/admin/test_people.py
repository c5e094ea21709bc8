"""What the Django admin lets administrators do about people, and what not."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessLog
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
NEW = {"password1": "another-Password-77", "password2": "another-Password-77", "usable_password": "true"}


@pytest.fixture
def me() -> User:
    return UserFactory.create(username="root", role=Role.ADMIN, is_staff=True, is_superuser=True)


@pytest.fixture
def root(me: User) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": "root", "password": PASSWORD})
    return browser


@pytest.mark.parametrize("model", [UserSession, Authenticator, EmailAddress, Session])
def test_sessions_and_second_factors_of_others_have_no_page(model: type) -> None:
    assert model not in admin.site._registry


@pytest.mark.slow(seconds=0.3)
def test_no_page_shows_the_key_of_somebodys_session(root: Client) -> None:
    UserFactory.create(username="ana")
    Client().post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    keys = set(Session.objects.values_list("session_key", flat=True))
    entry = AccessLog.objects.get(username="ana")
    for address in (
        reverse("admin:axes_accesslog_changelist"),
        reverse("admin:axes_accesslog_change", args=[entry.pk]),
        reverse("admin:users_user_change", args=[User.objects.get(username="ana").pk]),
    ):
        page = root.get(address)
        assert page.status_code == 200
        assert not any(key in page.content.decode() for key in keys)


def test_nobody_takes_a_log_in_out_of_the_history(root: Client) -> None:
    entry = AccessLog.objects.get(username="root")
    root.post(reverse("admin:axes_accesslog_delete", args=[entry.pk]), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    root.post(reverse("admin:axes_accesslog_changelist"), action)
    assert AccessLog.objects.filter(pk=entry.pk).exists()


def test_an_open_session_changes_the_own_password_only_with_the_old_one(root: Client, me: User) -> None:
    answer = root.post(reverse("admin:auth_user_password_change", args=[me.pk]), NEW)
    assert answer["Location"] == reverse("account_change_password")
    me.refresh_from_db()
    assert me.check_password(PASSWORD)


def test_somebody_elses_password_is_changed_there(root: Client) -> None:
    ana = UserFactory.create(username="ana")
    root.post(reverse("admin:auth_user_password_change", args=[ana.pk]), NEW)
    ana.refresh_from_db()
    assert ana.check_password(NEW["password1"])
